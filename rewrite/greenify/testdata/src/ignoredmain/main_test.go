//greenify:ignore-file run natively

package main

import "testing"

func TestMain(m *testing.M) { m.Run() }

func TestServe(t *testing.T) {}
