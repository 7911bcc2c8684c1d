module corrected

go 1.26
