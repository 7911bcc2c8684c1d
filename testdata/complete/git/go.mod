module example.com/complete/git

go 1.26.0

require github.com/sosedoff/gitkit v0.4.0

require (
	github.com/gofrs/uuid v4.0.0+incompatible // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
