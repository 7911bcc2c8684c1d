// Package shards checks the examples of searches by many machines, and of workers. It is a
// module of its own, for what knows their formats.
package shards

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"
	"github.com/rhysd/actionlint"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// decode reads a Job as the API server does, which refuses fields that it does not know.
func decode(data []byte) (*batchv1.Job, error) {
	text, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return nil, err
	}
	job := &batchv1.Job{}
	strict, err := json.UnmarshalStrict(text, job)
	if err == nil && len(strict) > 0 {
		err = fmt.Errorf("%v", strict)
	}
	return job, err
}

// The manifest is a Job of Kubernetes' own types, whose pods are as many as the search is
// told, and which has what the API server demands of such a Job.
func TestJob(t *testing.T) {
	data := read(t, "job.yaml")
	job, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	spec := job.Spec
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || job.Name == "" {
		t.Errorf("it is %s %s %q", job.APIVersion, job.Kind, job.Name)
	}
	if spec.CompletionMode == nil || *spec.CompletionMode != batchv1.IndexedCompletion || spec.Completions == nil || spec.Parallelism == nil || *spec.Parallelism > *spec.Completions {
		t.Errorf("it is not indexed: %v %v %v", spec.CompletionMode, spec.Completions, spec.Parallelism)
	}
	pod := spec.Template.Spec
	if pod.RestartPolicy != corev1.RestartPolicyNever || len(pod.Containers) != 1 {
		t.Fatalf("%s, %d containers", pod.RestartPolicy, len(pod.Containers))
	}
	c := pod.Containers[0]
	for _, rule := range spec.PodFailurePolicy.Rules {
		if rule.Action == batchv1.PodFailurePolicyActionFailIndex && spec.BackoffLimitPerIndex == nil || *rule.OnExitCodes.ContainerName != c.Name {
			t.Errorf("%+v", rule)
		}
	}
	if len(c.Env) != 1 || c.Env[0].Name != "GREENIFY_SIM" || !strings.HasSuffix(c.Env[0].Value, fmt.Sprint(",shards=", *spec.Completions)) {
		t.Errorf("%d completions, and the environment is %v", *spec.Completions, c.Env)
	}
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = v.PersistentVolumeClaim != nil
	}
	for _, m := range c.VolumeMounts {
		if !volumes[m.Name] || !strings.Contains(c.Command[2], m.MountPath+"/") {
			t.Errorf("%s is mounted at %s", m.Name, m.MountPath)
		}
	}

	for _, wrong := range [][2]string{{"completionMode", "completionmode"}, {"completions: 20", "completions: many"}, {"action:", "act:"}} {
		if _, err := decode(bytes.Replace(data, []byte(wrong[0]), []byte(wrong[1]), 1)); err == nil {
			t.Errorf("%q is taken", wrong[1])
		}
	}
}

func lint(t *testing.T, data []byte) []*actionlint.Error {
	t.Helper()
	var out bytes.Buffer
	l, err := actionlint.NewLinter(&out, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	list, err := l.Lint("workflow.yml", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The workflow has no mistake that actionlint knows.
func TestWorkflow(t *testing.T) {
	data := read(t, "workflow.yml")
	for _, e := range lint(t, data) {
		t.Error(e)
	}
	for _, wrong := range [][2]string{{"needs: search", "needs: nobody"}, {"matrix.shard }}/4", "matrix.shards }}/4"}, {"runs-on", "run-on"}} {
		if len(lint(t, bytes.Replace(data, []byte(wrong[0]), []byte(wrong[1]), 1))) == 0 {
			t.Errorf("%q is taken", wrong[1])
		}
	}
}

// The rule is one that Bazel's formatter reads and would not change.
func TestBazel(t *testing.T) {
	data := read(t, "BUILD.bazel")
	f, err := build.ParseBuild("BUILD.bazel", data)
	if err != nil {
		t.Fatal(err)
	}
	if got := build.Format(f); !bytes.Equal(got, data) {
		t.Errorf("it is formatted as\n%s", got)
	}
	rules := f.Rules("sh_test")
	if len(rules) != 1 || rules[0].AttrLiteral("shard_count") != "4" {
		t.Errorf("%d rules", len(rules))
	}
	for _, src := range rules[0].AttrStrings("srcs") {
		if fi, err := os.Stat(src); err != nil || fi.Mode()&0o111 == 0 {
			t.Errorf("%s: %v", src, err)
		}
	}
}
