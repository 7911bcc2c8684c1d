//go:build greenify_hub && greenify_sim && !race

package runtime

import _ "unsafe" // for linkname

func hubSimRaceBegin() {}
func hubSimRaceOver()  {}

func hubSimRaces() int             { return 0 }
func hubSimPutRaces(behind string) {}

//go:linkname testing_hubSimRaces testing.hubSimRaces
func testing_hubSimRaces(text []byte) (length int) { return 0 }
