module github.com/greenify-go/greenify

go 1.26.0
