//go:build !amd64

package main

import (
	"errors"
	"fmt"
)

func wallClock(string) (seen, error) {
	return seen{}, fmt.Errorf("%w: the registers of amd64 are needed", errors.ErrUnsupported)
}
