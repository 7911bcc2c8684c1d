module chance

go 1.26
