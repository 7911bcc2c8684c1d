package insource

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/cache"

	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// results keeps the findings of packages in greenify's cache. They are found by
// a hash of this program, rules and finder included, of the groups that are looked
// for and of the package's key (load.Keys), so what is found is never out of date. The cache is a help only:
// when it cannot be read or written, packages are looked at again.
type results struct {
	cache  *cache.Cache // nil if there is none
	tool   []byte       // hash of this program
	groups []string
}

func openResults(groups []string) *results {
	dir, err := toolchain.CacheDir()
	if err != nil {
		return &results{}
	}
	dir = filepath.Join(dir, "check")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &results{}
	}
	tool, err := hashSelf()
	if err != nil {
		return &results{}
	}
	c, err := cache.Open(dir)
	if err != nil {
		return &results{}
	}
	return &results{c, tool, groups}
}

func hashSelf() ([]byte, error) {
	name, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return h.Sum(nil), err
}

func (r *results) id(key string) cache.ActionID {
	return sha256.Sum256(fmt.Appendf(nil, "kept %x %q %s", r.tool, r.groups, key))
}

// get returns the findings of a package; a package without key has none kept.
func (r *results) get(key string) ([]kept, bool) {
	if r.cache == nil || key == "" {
		return nil, false
	}
	data, _, err := r.cache.GetBytes(r.id(key))
	if err != nil {
		return nil, false
	}
	var list []kept
	return list, json.NewDecoder(bytes.NewReader(data)).Decode(&list) == nil
}

func (r *results) put(key string, list []kept) {
	if r.cache == nil || key == "" {
		return
	}
	if data, err := json.Marshal(list); err == nil {
		r.cache.PutBytes(r.id(key), data) // or look again next time
	}
}

// Get returns the facts of a package (load.Cache). They depend on the rules, and so on this
// program, but not on the groups.
func (r *results) Get(key string) ([]byte, bool) {
	if r.cache == nil {
		return nil, false
	}
	data, _, err := r.cache.GetBytes(r.factsID(key))
	return data, err == nil
}

// Put keeps them.
func (r *results) Put(key string, data []byte) {
	if r.cache != nil {
		r.cache.PutBytes(r.factsID(key), data) // or compute them next time
	}
}

func (r *results) factsID(key string) cache.ActionID {
	return sha256.Sum256(fmt.Appendf(nil, "facts %x %s", r.tool, key))
}

// trim removes, once a day, what was not used for some days.
func (r *results) trim() {
	if r.cache != nil {
		r.cache.Trim()
	}
}
