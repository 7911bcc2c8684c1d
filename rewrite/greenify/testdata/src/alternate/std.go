package alternate

import (
	"net"
	"net/http"
)

// Conversions name package io, and package context, and package io.
func std(d net.Dialer, c chan int) {
	http.Post("u", "text", body())                  // want `patched.Call32`
	d.DialContext(canceled(), "tcp", "example.com") // want `patched.Call32`
	<-c                                             // want `green.Recv`
	http.Post("u", "text", body())                  // want `patched.Call32`
	d.DialContext(canceled(), "tcp", "example.com") // want `patched.Call32`
	<-c                                             // want `green.Recv`
}
