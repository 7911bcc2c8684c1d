package rules

var Update = update
