package policy

import "strings"

// glob is a pattern for a whole text, in which * stands for any run of characters.
type glob string

// match takes time in the product of both lengths at worst, and allocates nothing.
func (g glob) match(s string) bool {
	pattern := string(g)
	star, from := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			// Let the last star take one more byte and try again.
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// paths is a list of field paths: some exact, some with stars.
type paths struct {
	exact map[string]bool
	globs []glob
	// parents are the enclosing paths of the exact ones.
	parents map[string]bool
}

func newPaths(list []string) paths {
	p := paths{exact: map[string]bool{}, parents: map[string]bool{}}
	for _, s := range list {
		if strings.Contains(s, "*") {
			p.globs = append(p.globs, glob(s))
			continue
		}
		p.exact[s] = true
		for i := range len(s) {
			if s[i] == '.' {
				p.parents[s[:i]] = true
			}
		}
	}
	return p
}

func (p *paths) empty() bool { return len(p.exact) == 0 && len(p.globs) == 0 }

func (p *paths) has(path string) bool {
	if p.exact[path] {
		return true
	}
	for _, g := range p.globs {
		if g.match(path) {
			return true
		}
	}
	return false
}

// holds reports whether path, or a map that encloses it, is listed. key is the
// last key of path: what stands before it are the enclosing maps, while a dot
// inside the key of an attribute encloses nothing.
func (p *paths) holds(path, key string) bool {
	if p.has(path) {
		return true
	}
	if len(path) <= len(key) {
		return false
	}
	enclosing := path[:len(path)-len(key)]
	for i := range len(enclosing) {
		if (enclosing[i] == '.' || enclosing[i] == '/') && p.has(enclosing[:i]) {
			return true
		}
	}
	return false
}
