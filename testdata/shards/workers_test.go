package shards

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// drain reads how long workers have, and that there are any, from the variable of an example.
func drain(t *testing.T, value string) (d time.Duration) {
	t.Helper()
	workers := false
	for field := range strings.SplitSeq(value, ",") {
		key, value, _ := strings.Cut(field, "=")
		workers = workers || key == "workers"
		if key == "drain" {
			var err error
			if d, err = time.ParseDuration(value); err != nil {
				t.Error(err)
			}
		}
	}
	if !workers || d == 0 {
		t.Errorf("GREENIFY=%s", value)
	}
	return d
}

// The example of workers in Kubernetes is a Deployment of its own types, whose pods have more
// time to end than their workers.
func TestDeployment(t *testing.T) {
	data := read(t, "../workers/deployment.yaml")
	decode := func(data []byte) (d *appsv1.Deployment, strict []error, err error) {
		text, err := yaml.YAMLToJSONStrict(data)
		if err != nil {
			return nil, nil, err
		}
		d = &appsv1.Deployment{}
		strict, err = json.UnmarshalStrict(text, d)
		return d, strict, err
	}
	d, strict, err := decode(data)
	if err != nil || len(strict) > 0 {
		t.Fatal(err, strict)
	}
	if d.APIVersion != "apps/v1" || d.Kind != "Deployment" || d.Spec.Selector.MatchLabels["app"] != d.Spec.Template.Labels["app"] {
		t.Errorf("it is %s %s, selects %v of %v", d.APIVersion, d.Kind, d.Spec.Selector, d.Spec.Template.Labels)
	}
	pod := d.Spec.Template.Spec
	c := pod.Containers[0]
	if len(c.Env) != 1 || c.Env[0].Name != "GREENIFY" {
		t.Fatalf("%v", c.Env)
	}
	sleep := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	if grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second; sleep+drain(t, c.Env[0].Value) >= grace {
		t.Errorf("the pod has %v to end, its workers %s", grace, c.Env[0].Value)
	}
	if _, strict, err := decode(bytes.Replace(data, []byte("preStop"), []byte("prestop"), 1)); err == nil && len(strict) == 0 {
		t.Error("prestop is taken")
	}
}

// systemd has nothing to say against the unit, whose workers have less time to end than it.
func TestUnit(t *testing.T) {
	unit := strings.Replace(string(read(t, "../workers/server.service")), "/usr/local/bin/server", "/bin/true", 1)
	verify := func(unit string) string {
		name := filepath.Join(t.TempDir(), "server.service")
		if err := os.WriteFile(name, []byte(unit), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("systemd-analyze", "verify", "--man=no", name).CombinedOutput()
		if err != nil && len(out) == 0 {
			t.Fatalf("%v: install the Debian package systemd", err)
		}
		return string(out)
	}
	if said := verify(unit); said != "" {
		t.Error(said)
	}
	fields := map[string]string{}
	for line := range strings.Lines(unit) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		fields[key] = value
	}
	variable, ok := strings.CutPrefix(fields["Environment"], "GREENIFY=")
	if stop, err := time.ParseDuration(fields["TimeoutStopSec"] + "s"); !ok || err != nil || drain(t, variable) >= stop {
		t.Errorf("the unit has %s s to end: %v", fields["TimeoutStopSec"], err)
	}
	for _, wrong := range [][2]string{{"KillMode=mixed", "KillMode=mixt"}, {"WatchdogSec", "WatchdogSecs"}, {"Type=notify", "Type=notifies"}} {
		if verify(strings.Replace(unit, wrong[0], wrong[1], 1)) == "" {
			t.Errorf("%q is taken", wrong[1])
		}
	}
}
