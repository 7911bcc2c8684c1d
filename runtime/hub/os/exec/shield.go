//go:build greenify_hub

package exec

import "internal/hubshield"

// hubWait is Wait for Run: nobody else can wait for the process. A kill ends that, and
// gives its pipes up as an expired WaitDelay does.
func (c *Cmd) hubWait() error {
	gone := make(chan struct{})
	s := hubshield.Patient(func() {
		c.Process.Kill()
		closeDescriptors(c.parentIOPipes)
		close(gone)
	})
	if s != nil {
		c.hubGone = gone
		defer s.End()
	}
	return s.Failed(c.Wait())
}

// hubCopied waits for the goroutines that copy to and from the process. One may read
// from what the program has given as its input: not behind a kill.
func (c *Cmd) hubCopied() error {
	select {
	case err := <-c.goroutineErr:
		return err
	case <-c.hubGone:
		return nil
	}
}
