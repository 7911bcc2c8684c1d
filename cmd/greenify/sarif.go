package main

import (
	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/insource"
)

// The parts of SARIF 2.1.0 that code scanning reads.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		URI   string      `json:"informationUri"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID string `json:"id"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				Line   int `json:"startLine"`
				Column int `json:"startColumn,omitempty"`
			} `json:"region"`
		} `json:"physicalLocation"`
	}
)

func sarif(found []insource.Finding) sarifLog {
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "greenify", URI: "https://github.com/greenify-go/greenify", Rules: []sarifRule{}}
	seen := map[find.Kind]bool{}
	for _, f := range found {
		if !seen[f.Category] {
			seen[f.Category] = true
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{string(f.Category)})
		}
		r := sarifResult{RuleID: string(f.Category), Level: "warning", Message: sarifText{f.Message}, Fingerprints: map[string]string{"greenify/v1": f.Key()}}
		var loc sarifLocation
		loc.Physical.Artifact.URI = f.File
		loc.Physical.Region.Line, loc.Physical.Region.Column = f.Line, f.Column
		r.Locations = []sarifLocation{loc}
		run.Results = append(run.Results, r)
	}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}
