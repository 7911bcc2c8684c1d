package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/testdata/fuzz/gen"
)

// A door is a way by which a program is patched, and the runs that are made of it.
type door struct {
	name  string
	patch []string // what patches a copy of the source, after greenify
	build []string // after go or greenify, build -o FILE
	plain bool     // go builds it
	races bool     // all that counts is whether a data race is reported
	runs  [][]string
}

var (
	// plain is what the others are compared with.
	plain = door{name: "plain", plain: true, runs: [][]string{{"GOMAXPROCS=4"}, {"GOMAXPROCS=1"}}}
	doors = []door{
		{name: "whole", runs: [][]string{{}, {"GOMAXPROCS=1"}, {"GREENIFY=off"}}},
		{name: "main", build: []string{"-scope=main"}, runs: [][]string{{}, {"GOMAXPROCS=1"}}},
		{name: "sim", build: []string{"-sim"}, runs: [][]string{{"GREENIFY_SIM=seed=1"}, {"GREENIFY_SIM=seed=2"}, {"GREENIFY_SIM=seed=3"}}},
		{name: "rewrite", patch: []string{"rewrite", "-w", "./..."}, plain: true, runs: [][]string{{}, {"GOMAXPROCS=1"}}},
		{name: "twins", patch: []string{"generate", "./..."}, build: []string{"-tags=green"}, plain: true, runs: [][]string{{}, {"GOMAXPROCS=1"}}},
		{name: "race", build: []string{"-race"}, plain: true, races: true, runs: [][]string{{}}},
	}
)

// together is how many programs are in one package.
const together = 20

// write writes the module of some programs: a main that runs the one that its argument names.
func (r *runner) write(dir string, programs []*gen.Program) error {
	files := r.module()
	var imports, table strings.Builder
	for i, p := range programs {
		pkg, name := fmt.Sprintf("p%d", i/together), fmt.Sprintf("Run%d", i)
		if i%together == 0 {
			fmt.Fprintf(&imports, "\t%q\n", "fuzz/"+pkg)
			files[pkg+"/help.go"] = gen.Help(pkg)
		}
		text, err := p.File(pkg, fmt.Sprintf("p%d", i), name)
		if err != nil {
			return err
		}
		files[fmt.Sprintf("%s/%s.go", pkg, name)] = text
		fmt.Fprintf(&table, "\t%s.%s,\n", pkg, name)
	}
	files["main.go"] = "package main\n\nimport (\n\t\"os\"\n\t\"strconv\"\n\n" + imports.String() + ")\n\nvar programs = []func(){\n" + table.String() + "}\n\n" +
		"func main() {\n\ti, _ := strconv.Atoi(os.Args[1])\n\tprograms[i]()\n}\n"
	return writeFiles(dir, files)
}

// writeOne writes the module of one program.
func (r *runner) writeOne(dir string, p *gen.Program) error {
	files := r.module()
	text, err := p.File("main", "", "main")
	if err != nil {
		return err
	}
	files["main.go"] = "// " + p.String() + "\n" + text
	files["help.go"] = gen.Help("main")
	return writeFiles(dir, files)
}

func (r *runner) module() map[string]string {
	return map[string]string{
		"go.mod": "module fuzz\n\ngo 1.26.0\n\nrequire (\n\t" + gen.NativePath + " v0.0.0\n\tgithub.com/greenify-go/greenify v0.0.0\n)\n\n" +
			"replace " + gen.NativePath + " => ./native\n\nreplace github.com/greenify-go/greenify => " + r.repo + "\n",
		"native/go.mod":    "module " + gen.NativePath + "\n\ngo 1.26.0\n",
		"native/native.go": gen.Native(),
	}
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// make builds the programs by a door, from the module in dir. Programs that it cannot patch or
// build have what was said about them in broken, and are left out.
func (r *runner) make(d door, dir, src string, programs []*gen.Program) (bin string, broken map[int]string, err error) {
	broken = map[int]string{}
	bin = filepath.Join(dir, d.name+".bin")
	if d.patch != nil {
		src = filepath.Join(dir, d.name)
		if err := r.write(src, programs); err != nil {
			return "", nil, err
		}
		if said, err := r.command(src, r.greenify, d.patch...); err != nil {
			return "", nil, fmt.Errorf("greenify %s: %w\n%s", strings.Join(d.patch, " "), err, said)
		}
	}
	command := r.greenify
	if d.plain {
		command = "go"
	}
	for {
		said, err := r.command(src, command, slices.Concat([]string{"build", "-ldflags=-w", "-o", bin}, d.build, []string{"."})...)
		if err == nil {
			return bin, broken, nil
		}
		wrong := blamed(said)
		if len(wrong) == 0 || d.patch == nil {
			return "", nil, fmt.Errorf("door %s: build: %w\n%s", d.name, err, said)
		}
		for i, why := range wrong {
			if broken[i] != "" {
				return "", nil, fmt.Errorf("door %s: build without program %d: %w\n%s", d.name, i, err, said)
			}
			broken[i] = why
			pkg, name := fmt.Sprintf("p%d", i/together), fmt.Sprintf("Run%d", i)
			files, err := filepath.Glob(filepath.Join(src, pkg, name+"[._]*go"))
			if err != nil {
				return "", nil, err
			}
			for _, file := range files {
				if err := os.WriteFile(file, []byte("package "+pkg+"\n\nfunc "+name+"() {}\n"), 0o666); err != nil {
					return "", nil, err
				}
			}
		}
	}
}

var blame = regexp.MustCompile(`(?m)^p\d+/Run(\d+)[._].*$`)

// blamed are the lines of a compiler's report by program.
func blamed(said string) map[int]string {
	wrong := map[int]string{}
	for _, m := range blame.FindAllStringSubmatch(said, -1) {
		i, _ := strconv.Atoi(m[1])
		wrong[i] += m[0] + "\n"
	}
	return wrong
}

func (r *runner) command(dir, name string, args ...string) (said string, err error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
	if !slices.Contains(args, "-race") { // with cgo, which net has else, Go sees no deadlock
		cmd.Env = append(cmd.Env, "CGO_ENABLED=0")
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
