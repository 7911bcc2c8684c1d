package insource

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/rogpeppe/go-internal/cache"

	"github.com/greenify-go/greenify/rewrite/cacheprog"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// results keeps the findings of packages in greenify's cache. They are found by
// a hash of this program, rules and finder included, of the groups that are looked
// for and of the package's key (load.Keys), so what is found is never out of date. The cache is a help only:
// when it cannot be read or written, packages are looked at again.
type results struct {
	*store
	groups []string
}

// A store is where results are kept: in a folder, and by the program that GOCACHEPROG names, if it names
// one, for other machines.
type store struct {
	cache  *cache.Cache             // nil if there is none
	tool   []byte                   // hash of this program
	shared func() *cacheprog.Client // starts it when it is first asked; nil if there is none
	close  func()
}

func openStore() *store {
	none := &store{close: func() {}}
	dir, err := toolchain.CacheDir()
	if err != nil {
		return none
	}
	dir = filepath.Join(dir, "check")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return none
	}
	tool, err := hashSelf()
	if err != nil {
		return none
	}
	c, err := cache.Open(dir)
	if err != nil {
		return none
	}
	return &store{cache: c, tool: tool, close: func() {}}
}

// share has what is kept shared by the program whose name and arguments GOCACHEPROG is. One that does not
// start is said to the user, once.
func (s *store) share(prog []string, stderr io.Writer) {
	if s.cache == nil || len(prog) == 0 || s.shared != nil {
		return
	}
	var client *cacheprog.Client
	s.shared = sync.OnceValue(func() *cacheprog.Client {
		c, err := cacheprog.Start(prog)
		if err != nil {
			fmt.Fprintf(stderr, "greenify: results are not shared: %v\n", err)
			return nil
		}
		client = c
		return c
	})
	s.close = func() {
		s.shared = nil
		if client != nil {
			client.Close()
		}
	}
}

func (s *store) get(id cache.ActionID) ([]byte, bool) {
	if s.cache == nil {
		return nil, false
	}
	if data, _, err := s.cache.GetBytes(id); err == nil {
		return data, true
	}
	if s.shared == nil {
		return nil, false
	}
	client := s.shared()
	if client == nil {
		return nil, false
	}
	data, ok := client.Get(id)
	if ok {
		s.cache.PutBytes(id, data)
	}
	return data, ok
}

func (s *store) put(id cache.ActionID, data []byte) {
	if s.cache == nil {
		return
	}
	s.cache.PutBytes(id, data) // or look again next time
	if s.shared != nil {
		if client := s.shared(); client != nil {
			client.Put(id, data) // or others look themselves
		}
	}
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
	if key == "" {
		return nil, false
	}
	data, ok := r.store.get(r.id(key))
	if !ok {
		return nil, false
	}
	var list []kept
	return list, json.Unmarshal(data, &list) == nil
}

// getAll returns those of several packages, and of which there are some. Many are asked for at once,
// for they may be far away.
func (r *results) getAll(list []*load.Listed, keys map[*load.Listed]string) (found [][]kept, ok []bool) {
	found, ok = make([][]kept, len(list)), make([]bool, len(list))
	var wg sync.WaitGroup
	const atOnce = 32
	for first := range min(atOnce, len(list)) {
		wg.Go(func() {
			for i := first; i < len(list); i += atOnce {
				found[i], ok[i] = r.get(keys[list[i]])
			}
		})
	}
	wg.Wait()
	return found, ok
}

func (r *results) put(key string, list []kept) {
	if key == "" {
		return
	}
	if data, err := json.Marshal(list); err == nil {
		r.store.put(r.id(key), data)
	}
}

// Get returns the facts of a package (load.Cache). They depend on the rules, and so on this
// program, but not on the groups.
func (s *store) Get(key string) ([]byte, bool) { return s.get(s.factsID(key)) }

// Put keeps them.
func (s *store) Put(key string, data []byte) { s.put(s.factsID(key), data) }

func (s *store) factsID(key string) cache.ActionID {
	return sha256.Sum256(fmt.Appendf(nil, "facts %x %s", s.tool, key))
}

// trim removes, once a day, what was not used for some days.
func (s *store) trim() {
	if s.cache != nil {
		s.cache.Trim()
	}
}
