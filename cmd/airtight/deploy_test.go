package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func manifests(t *testing.T, name string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "manifests", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	for dec := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var o map[string]any
		switch err := dec.Decode(&o); {
		case errors.Is(err, io.EOF):
			return objects
		case err != nil:
			t.Fatalf("%s: %v", name, err)
		}
		objects = append(objects, o)
	}
}

// at follows a path of map keys; nil where it ends early.
func at(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func list(v any) []map[string]any {
	all, _ := v.([]any)
	var out []map[string]any
	for _, e := range all {
		m, _ := e.(map[string]any)
		out = append(out, m)
	}
	return out
}

func TestManifestsHoldTheShippedConfigs(t *testing.T) {
	for name, files := range map[string][]string{"sidecar": {"sidecar.yaml"}, "gateway": {"gateway.yaml", "gateway-tls.yaml"}} {
		data := map[string]any{}
		for _, o := range manifests(t, name) {
			if o["kind"] == "ConfigMap" {
				data, _ = o["data"].(map[string]any)
			}
		}
		if len(data) != len(files) {
			t.Errorf("%s: the config map has %d files, want %v", name, len(data), files)
		}
		for _, file := range files {
			want, err := os.ReadFile(filepath.Join("..", "..", "configs", file))
			if err != nil {
				t.Fatal(err)
			}
			if data[file] != string(want) {
				t.Errorf("%s: the config map's %s is not configs/%s", name, file, file)
			}
		}
	}
}

// served are the API versions of Kubernetes 1.30 and later that the manifests need.
var served = map[string]string{
	"ConfigMap": "v1", "Deployment": "apps/v1", "NetworkPolicy": "networking.k8s.io/v1", "PodDisruptionBudget": "policy/v1",
	"Service": "v1", "ServiceAccount": "v1", "StatefulSet": "apps/v1",
}

func TestManifestsAreHardened(t *testing.T) {
	for _, name := range []string{"sidecar", "gateway"} {
		pods := 0
		for _, o := range manifests(t, name) {
			where := fmt.Sprintf("%s: %v %v", name, o["kind"], at(o, "metadata", "name"))
			if kind, _ := o["kind"].(string); served[kind] == "" || served[kind] != o["apiVersion"] {
				t.Errorf("%s: %v is not served", where, o["apiVersion"])
			}
			pod := at(o, "spec", "template", "spec")
			if pod == nil {
				continue
			}
			pods++
			if at(pod, "automountServiceAccountToken") != false {
				t.Errorf("%s: a service account token is mounted", where)
			}
			if at(o, "spec", "selector", "matchLabels") == nil {
				t.Errorf("%s: no selector", where)
			}
			for _, c := range slices.Concat(list(at(pod, "initContainers")), list(at(pod, "containers"))) {
				checkContainer(t, where, pod, c)
			}
		}
		if pods != 1 {
			t.Errorf("%s: %d pod templates, want 1", name, pods)
		}
	}
}

func checkContainer(t *testing.T, where string, pod any, c map[string]any) {
	t.Helper()
	where = fmt.Sprintf("%s: container %v", where, c["name"])
	for path, want := range map[string]any{
		"runAsUser": 65532, "runAsNonRoot": true, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false,
		"capabilities.drop": []any{"ALL"}, "seccompProfile.type": "RuntimeDefault", "privileged": nil,
	} {
		if got := at(c["securityContext"], strings.Split(path, ".")...); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: securityContext.%s is %v, want %v", where, path, got, want)
		}
	}
	limit, _ := at(c, "resources", "limits", "memory").(string)
	if limit == "" || at(c, "resources", "requests", "cpu") == nil || at(c, "resources", "requests", "memory") == nil {
		t.Errorf("%s: requests or limits are missing", where)
	}
	volumes := map[any]bool{}
	for _, v := range slices.Concat(list(at(pod, "volumes")), []map[string]any{{"name": "queue"}}) {
		volumes[v["name"]] = true
	}
	for _, m := range list(c["volumeMounts"]) {
		if !volumes[m["name"]] {
			t.Errorf("%s: volume %v does not exist", where, m["name"])
		}
	}
	if c["name"] != "airtight" {
		return
	}
	var limited string
	for _, e := range list(c["env"]) {
		if e["name"] == "GOMEMLIMIT" {
			limited, _ = e["value"].(string)
		}
	}
	if want := fmt.Sprintf("%dMiB", mebibytes(t, limit)*8/10); limited != want {
		t.Errorf("%s: GOMEMLIMIT is %q, want %s, 80 %% of the limit", where, limited, want)
	}
	switch c["restartPolicy"] {
	case "Always": // the sidecar, which must never make the application's pod unready
		for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe", "ports"} {
			if c[probe] != nil {
				t.Errorf("%s: a sidecar has no %s", where, probe)
			}
		}
	default:
		for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
			if at(c, probe, "httpGet", "path") != "/health" {
				t.Errorf("%s: %s does not ask /health", where, probe)
			}
		}
	}
}

// mebibytes reads a quantity as the manifests write it.
func mebibytes(t *testing.T, quantity string) int {
	t.Helper()
	var n int
	var unit string
	if _, err := fmt.Sscanf(quantity, "%d%s", &n, &unit); err != nil {
		t.Fatalf("%q is no quantity", quantity)
	}
	return n * map[string]int{"Mi": 1, "Gi": 1024}[unit]
}
