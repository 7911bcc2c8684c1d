module github.com/greenify-go/greenify

go 1.26.0

require (
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/term v0.47.0
)

require golang.org/x/sys v0.49.0 // indirect
