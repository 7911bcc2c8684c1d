// Package csleep waits in C.
package csleep

/*
#include <poll.h>
#include <time.h>
#include <unistd.h>

static void nap(int ms) { usleep(ms * 1000); }

static void compute(int ms) {
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	do clock_gettime(CLOCK_MONOTONIC, &b);
	while ((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < ms);
}

extern void csleepCallback(int);
__attribute__((unused)) static void callback(int ms) { csleepCallback(ms); }
*/
import "C"

import "time"

func Usleep(d time.Duration)   { C.nap(C.int(d.Milliseconds())) }
func Poll(d time.Duration)     { C.poll(nil, 0, C.int(d.Milliseconds())) }
func Compute(d time.Duration)  { C.compute(C.int(d.Milliseconds())) }
func Callback(d time.Duration) { C.callback(C.int(d.Milliseconds())) }
