package rules

var (
	Update        = update
	CoverageTable = &coverage
)
