module example.com/complete/toolchain

go 1.26.0
