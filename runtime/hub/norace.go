//go:build greenify_hub && !race

package runtime

func hubRaceRelease(gp *g) {}
func hubRaceAcquire(gp *g) {}
func hubRaceRun(gp *g)     {}
func hubRaceUnwind(gp *g)  {}
