// Package pipelines reads the pipelines of a Collector config as a graph and says
// of every way from a receiver to an exporter whether it passes the gate, and what
// a crash would lose on it. It reads the config before the Collector does, so that
// nothing need be linked for a component to be judged.
package pipelines

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// GateType is the component type of the processor that is the gate.
const GateType = "airtight"

// Graph is the pipelines of one config. It does not change once read.
type Graph struct {
	pipelines  []pipeline // by name
	connectors map[string]bool
	components map[string]map[string]any // "exporters" -> id -> config, and so on
}

type pipeline struct {
	name                             string // signal[/name]
	receivers, processors, exporters []string
}

// Queue is what stands between an exporter and its backend.
type Queue string

// The queues an exporter may have. Memory is what a crash loses.
const (
	QueueNone       Queue = "none"
	QueueMemory     Queue = "memory"
	QueuePersistent Queue = "persistent"
)

// Path is one way from a receiver to an exporter, through one pipeline or, where
// connectors join them, several.
type Path struct {
	Receiver string
	// Steps are the processors and connectors on the way, in order, by id.
	Steps    []string
	Exporter string
	// Pipelines are the ids of the pipelines passed, the receiver's first.
	Pipelines []string
	// Gate is the id of the first gate on the way that enforces its policy, else of
	// one in shadow mode, else empty.
	Gate string
	// Shadow reports that no gate on the way changes anything.
	Shadow bool
	// Queue is the exporter's.
	Queue Queue
	// Batcher is the id of a batch processor on the way, which acknowledges what a
	// crash then loses, however the queue is kept.
	Batcher string
}

// Signal is the signal of the path's first pipeline: logs, traces, metrics or profiles.
func (p Path) Signal() string { return typeOf(p.Pipelines[0]) }

// Gated reports whether what takes the path is masked.
func (p Path) Gated() bool { return p.Gate != "" && !p.Shadow }

// String is the path from end to end.
func (p Path) String() string {
	return strings.Join(slices.Concat([]string{p.Receiver}, p.Steps, []string{p.Exporter}), " -> ")
}

// Read takes the pipelines out of a resolved config. The error names the key that
// can't be read as the Collector's own schema has it.
func Read(conf *confmap.Conf) (*Graph, error) {
	root := conf.ToStringMap()
	g := &Graph{components: map[string]map[string]any{}, connectors: map[string]bool{}}
	for _, section := range []string{"receivers", "processors", "exporters", "connectors"} {
		m, err := mapAt(root, section)
		if err != nil {
			return nil, err
		}
		g.components[section] = m
	}
	for id := range g.components["connectors"] {
		g.connectors[id] = true
	}
	service, err := mapAt(root, "service")
	if err != nil {
		return nil, err
	}
	all, err := mapAt(service, "pipelines")
	if err != nil {
		return nil, fmt.Errorf("service::%w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m, err := mapAt(all, name)
		if err != nil {
			return nil, fmt.Errorf("service::pipelines::%w", err)
		}
		p := pipeline{name: name}
		for key, list := range map[string]*[]string{"receivers": &p.receivers, "processors": &p.processors, "exporters": &p.exporters} {
			if *list, err = idsAt(m, key); err != nil {
				return nil, fmt.Errorf("service::pipelines::%s::%w", name, err)
			}
		}
		g.pipelines = append(g.pipelines, p)
	}
	return g, nil
}

// Paths is every path, sorted by pipeline and then as the pipeline names its ends.
// A connector is taken to join all pipelines that name it, of whatever signals:
// what it can't join the Collector refuses by itself.
func (g *Graph) Paths() []Path {
	var paths []Path
	for _, p := range g.pipelines {
		for _, r := range p.receivers {
			if !g.connectors[r] {
				g.walk(Path{Receiver: r}, p, &paths)
			}
		}
	}
	return paths
}

func (g *Graph) walk(path Path, p pipeline, paths *[]Path) {
	if slices.Contains(path.Pipelines, p.name) {
		return // the Collector refuses a cycle
	}
	path.Pipelines = append(slices.Clone(path.Pipelines), p.name)
	path.Steps = append(slices.Clone(path.Steps), p.processors...)
	for _, e := range p.exporters {
		if !g.connectors[e] {
			*paths = append(*paths, g.finish(path, e))
			continue
		}
		onward := path
		onward.Steps = append(slices.Clone(path.Steps), e)
		for _, next := range g.pipelines {
			if slices.Contains(next.receivers, e) {
				g.walk(onward, next, paths)
			}
		}
	}
}

func (g *Graph) finish(path Path, exporter string) Path {
	path.Exporter = exporter
	path.Queue = g.queue(exporter)
	for _, id := range path.Steps {
		switch {
		case g.connectors[id]:
		case typeOf(id) == "batch" && path.Batcher == "":
			path.Batcher = id
		case typeOf(id) == GateType && (path.Gate == "" || path.Shadow):
			shadow := g.shadow(id)
			if path.Gate == "" || !shadow {
				path.Gate, path.Shadow = id, shadow
			}
		}
	}
	return path
}

// shadow reports whether a gate's inline policy only counts. What a policy_file
// says is not read here.
func (g *Graph) shadow(id string) bool {
	config, _ := g.components["processors"][id].(map[string]any)
	return config["mode"] == "shadow"
}

// noQueue are exporters that write where they are called.
var noQueue = []string{"debug", "file"}

func (g *Graph) queue(id string) Queue {
	if slices.Contains(noQueue, typeOf(id)) {
		return QueueNone
	}
	config, _ := g.components["exporters"][id].(map[string]any)
	queue, _ := config["sending_queue"].(map[string]any)
	switch {
	case queue["enabled"] == false:
		return QueueNone
	case queue["storage"] != nil:
		return QueuePersistent
	}
	return QueueMemory
}

// typeOf is the type of a component or pipeline id, type[/name].
func typeOf(id string) string {
	t, _, _ := strings.Cut(id, "/")
	return t
}

// mapAt is the map at a key, empty where there is none.
func mapAt(m map[string]any, key string) (map[string]any, error) {
	switch v := m[key].(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return v, nil
	}
	return nil, fmt.Errorf("%s: is no map; indent its keys below it", key)
}

// idsAt is the list of ids at a key; one id alone is a list of one, as the
// Collector reads it.
func idsAt(m map[string]any, key string) ([]string, error) {
	switch v := m[key].(type) {
	case nil:
		return nil, nil
	case string:
		return []string{strings.TrimSpace(v)}, nil
	case []any:
		ids := make([]string, 0, len(v))
		for i, e := range v {
			id, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("%s::%d: is no component id; write type or type/name", key, i)
			}
			ids = append(ids, strings.TrimSpace(id))
		}
		return ids, nil
	}
	return nil, fmt.Errorf("%s: is no list of component ids; write [type, type/name]", key)
}
