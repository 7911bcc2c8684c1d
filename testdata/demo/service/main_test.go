package main

import "testing"

// TestService runs the program.
func TestService(t *testing.T) { main() }
