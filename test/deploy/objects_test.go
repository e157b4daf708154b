package deploy_test

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// An object is what a document of a manifest says.
type object any

// kinds are the types that manifests may have, by apiVersion and kind.
var kinds = map[string]func() object{
	"v1 ConfigMap":                  func() object { return new(core.ConfigMap) },
	"v1 Secret":                     func() object { return new(core.Secret) },
	"v1 Service":                    func() object { return new(core.Service) },
	"apps/v1 Deployment":            func() object { return new(apps.Deployment) },
	"apps/v1 StatefulSet":           func() object { return new(apps.StatefulSet) },
	"policy/v1 PodDisruptionBudget": func() object { return new(policy.PodDisruptionBudget) },
}

var (
	separator = regexp.MustCompile(`(?m)^---$`)
	// byHand is how a comment says that a Secret is made which must stand in no file.
	byHand = regexp.MustCompile(`kubectl create secret generic (\S+) --from-literal=(\w+)=`)
)

// readObjects reads all manifests. A key that a type does not have is an error, and so is
// a document of a type that we do not use.
func (a *application) readObjects(files fs.FS) error {
	names, err := fs.Glob(files, "deploy/k8s/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		for _, made := range byHand.FindAllStringSubmatch(string(text), -1) {
			a.objects = append(a.objects, &core.Secret{ObjectMeta: meta.ObjectMeta{Name: made[1]}, StringData: map[string]string{made[2]: "given"}})
		}
		for i, document := range separator.Split(string(text), -1) {
			o, err := decode([]byte(document))
			if err != nil {
				return fmt.Errorf("%s, document %d: %w", name, i+1, err)
			}
			a.objects = append(a.objects, o)
		}
	}
	return nil
}

func decode(document []byte) (object, error) {
	var t meta.TypeMeta
	if err := yaml.Unmarshal(document, &t); err != nil {
		return nil, err
	}
	kind, known := kinds[t.APIVersion+" "+t.Kind]
	if !known {
		return nil, fmt.Errorf("have %q %q, want one of the kinds of objects_test.go", t.APIVersion, t.Kind)
	}
	o := kind()
	return o, yaml.UnmarshalStrict(document, o)
}

// A workload is what runs pods.
type workload struct {
	name     string
	selector *meta.LabelSelector
	pod      core.PodTemplateSpec
	claims   []core.PersistentVolumeClaim
	service  string // that a StatefulSet names
}

func (a *application) workloads() (all []workload) {
	for _, o := range a.objects {
		switch o := o.(type) {
		case *apps.Deployment:
			all = append(all, workload{name: o.Name, selector: o.Spec.Selector, pod: o.Spec.Template})
		case *apps.StatefulSet:
			all = append(all, workload{o.Name, o.Spec.Selector, o.Spec.Template, o.Spec.VolumeClaimTemplates, o.Spec.ServiceName})
		}
	}
	return all
}

func (a *application) services() (all []*core.Service) {
	for _, o := range a.objects {
		if s, ok := o.(*core.Service); ok {
			all = append(all, s)
		}
	}
	return all
}

// values returns what a ConfigMap or a Secret holds, nil if there is none.
func (a *application) values(kind, name string) map[string]string {
	for _, o := range a.objects {
		switch o := o.(type) {
		case *core.ConfigMap:
			if kind == "ConfigMap" && o.Name == name {
				return o.Data
			}
		case *core.Secret:
			if kind == "Secret" && o.Name == name {
				return o.StringData
			}
		}
	}
	return nil
}

// environment returns what a container finds in its environment.
func (a *application) environment(c core.Container) (env map[string]string, wrong []string) {
	env = make(map[string]string)
	for _, from := range c.EnvFrom {
		kind, name := "ConfigMap", ""
		if from.SecretRef != nil {
			kind, name = "Secret", from.SecretRef.Name
		} else if from.ConfigMapRef != nil {
			name = from.ConfigMapRef.Name
		}
		values := a.values(kind, name)
		if values == nil {
			wrong = append(wrong, fmt.Sprintf("%s: there is no %s %q", c.Name, kind, name))
		}
		maps.Copy(env, values)
	}
	for _, e := range c.Env {
		value, found := e.Value, true
		if from := e.ValueFrom; from != nil && from.SecretKeyRef != nil {
			value, found = a.key("Secret", from.SecretKeyRef.Name, from.SecretKeyRef.Key)
		} else if from != nil && from.ConfigMapKeyRef != nil {
			value, found = a.key("ConfigMap", from.ConfigMapKeyRef.Name, from.ConfigMapKeyRef.Key)
		}
		if !found {
			wrong = append(wrong, fmt.Sprintf("%s: nothing holds the value of %s", c.Name, e.Name))
		}
		env[e.Name] = value
	}
	return env, wrong
}

func (a *application) key(kind, name, key string) (string, bool) {
	value, found := a.values(kind, name)[key]
	return value, found
}
