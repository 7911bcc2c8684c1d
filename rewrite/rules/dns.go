package rules

// dns makes the C library's resolver yield. Go's own resolver is green because
// its connections are.
var dns = []Leaf{
	{File: "net/cgo_unix.go", Edit: edit("doBlockingWithCtx", before, "return blocking()", "defer hubEnter(hubLeave())", 1), Why: "getaddrinfo blocks"},
	{File: "net/cgo_unix.go", Edit: edit("doBlockingWithCtx", before, "r.res, r.err = blocking()", "left := hubLeave()", 1), Why: "getaddrinfo blocks"},
	{File: "net/cgo_unix.go", Edit: edit("doBlockingWithCtx", after, "r.res, r.err = blocking()", "hubEnter(left)", 1), Why: "getaddrinfo blocks"},
}
