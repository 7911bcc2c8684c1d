module behaviours

go 1.26.0

require github.com/greenify-go/greenify v0.0.0

replace github.com/greenify-go/greenify => ../..
