package green

// Pending returns how many calls of time.AfterFunc are due; 0 unless the program
// was built by greenify.
func Pending() int { return pending() }
