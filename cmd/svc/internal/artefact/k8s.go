package artefact

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// endpoints is how long a Service goes on sending requests to a pod that was told to stop.
const endpoints = 5 * time.Second

// credentialsFile is the file of a user of the broker, where programs find it.
const credentialsFile = "user.creds"

// Kubernetes says how an application runs there.
type Kubernetes struct {
	Replicas int // of each Deployment
	Most     int // replicas that a HorizontalPodAutoscaler may start; 0 makes none
}

// Kubernetes returns the manifests of a: one file for each program and server, and one for
// what all of them are told.
func (a *Application) Kubernetes(k Kubernetes) ([]File, error) {
	files := []File{a.configMap()}
	for _, p := range a.Programs {
		files = append(files, a.workload(p, k))
	}
	for _, s := range []struct {
		held bool
		name string
	}{{a.Broker == "", "nats"}, {a.holds(redis), "redis"}} {
		if !s.held {
			continue
		}
		text, err := templates.ReadFile("template/" + s.name + ".yaml")
		if err != nil {
			return nil, err
		}
		files = append(files, File{s.name + ".yaml", string(text)})
	}
	if a.holds(postgres) {
		file, err := a.postgres()
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// configMap is what all programs are told.
func (a *Application) configMap() File {
	data := block()
	for _, s := range a.environment() {
		data.Content = append(data.Content, node(s.name), node(s.value))
	}
	comment := "What the services are told, as variables of their environment.\n"
	if names := append(a.secrets(), a.files()...); len(names) > 0 {
		comment += "Secrets are made by hand, once, and stand in no file:\n  kubectl create secret generic " + a.Name +
			" --from-literal=" + strings.Join(names, "=$(openssl rand -hex 32) --from-literal=") + "=$(openssl rand -hex 32)\n"
	}
	if a.Credentials != "" {
		comment += "The credentials of the broker:\n  kubectl create secret generic " + a.Credentials + " --from-file=" + credentialsFile + "\n"
	}
	return File{"config.yaml", documents(comment, block("apiVersion", "v1", "kind", "ConfigMap", "metadata", block("name", a.Name), "data", data))}
}

// workload is what runs a program, and what leads to it.
func (a *Application) workload(p Program, k Kubernetes) File {
	comment := "A service without HTTP needs no probes: a process that cannot go on ends by itself.\n"
	var all []*yaml.Node
	if p.HTTP() {
		comment = "What is reached by HTTP, within the cluster as " + p.Name + ".\n"
		all = append(all, block("apiVersion", "v1", "kind", "Service", "metadata", named(p.Name),
			"spec", block("selector", labels(p.Name), "ports", list(flow("name", "http", "port", 80, "targetPort", "http")))))
	}
	all = append(all, a.deployment(p, k))
	if k.Replicas > 1 {
		all = append(all, block("apiVersion", "policy/v1", "kind", "PodDisruptionBudget", "metadata", named(p.Name),
			"spec", block("maxUnavailable", 1, "selector", block("matchLabels", labels(p.Name)))))
	}
	if k.Most > 0 {
		all = append(all, autoscaler(p, k))
	}
	return File{p.Name + ".yaml", documents(comment, all...)}
}

func named(name string) *yaml.Node  { return block("name", name, "labels", labels(name)) }
func labels(name string) *yaml.Node { return flow("app", name) }

func autoscaler(p Program, k Kubernetes) *yaml.Node {
	return block("apiVersion", "autoscaling/v2", "kind", "HorizontalPodAutoscaler", "metadata", named(p.Name), "spec", block(
		"scaleTargetRef", flow("apiVersion", "apps/v1", "kind", "Deployment", "name", p.Name),
		"minReplicas", k.Replicas,
		"maxReplicas", k.Most,
		"metrics", list(block("type", "Resource", "resource", block("name", "cpu", "target", flow("type", "Utilization", "averageUtilization", 70)))),
	))
}

func (a *Application) deployment(p Program, k Kubernetes) *yaml.Node {
	var replicas, settle any = k.Replicas, nil
	if k.Most > 0 {
		replicas = nil // the autoscaler's to say
	}
	if !p.HTTP() {
		settle = remark(5, "without a probe, ready only means started")
	}
	return block("apiVersion", "apps/v1", "kind", "Deployment", "metadata", named(p.Name), "spec", block(
		"replicas", replicas,
		"minReadySeconds", settle,
		"selector", block("matchLabels", labels(p.Name)),
		"template", block("metadata", block("labels", labels(p.Name)), "spec", a.pod(p)),
	))
}

func (a *Application) pod(p Program) *yaml.Node {
	grace := remark(a.grace(), a.why())
	if p.HTTP() {
		grace = remark(a.grace()+int(endpoints/time.Second), fmt.Sprintf("%s, after the %s of preStop", a.why(), shortDuration(endpoints)))
	}
	return block(
		"automountServiceAccountToken", false,
		"enableServiceLinks", false,
		"terminationGracePeriodSeconds", grace,
		"topologySpreadConstraints", list(block(
			"maxSkew", 1, "topologyKey", "kubernetes.io/hostname", "whenUnsatisfiable", "ScheduleAnyway",
			"labelSelector", block("matchLabels", labels(p.Name)))),
		"securityContext", block("runAsNonRoot", true, "seccompProfile", flow("type", "RuntimeDefault")),
		"containers", list(a.container(p)),
		"volumes", a.volumes(p),
	)
}

func (a *Application) container(p Program) *yaml.Node {
	var ports, alive, ready, lifecycle any
	if p.HTTP() {
		ports = list(flow("name", "http", "containerPort", p.Port))
		alive = block("httpGet", flow("path", "/healthz", "port", "http"), "periodSeconds", 10)
		ready = block("httpGet", flow("path", "/readyz", "port", "http"), "periodSeconds", 5,
			"timeoutSeconds", remark(3, "it asks what the process depends on"))
		lifecycle = block("preStop", remark(flow("sleep", flow("seconds", int(endpoints/time.Second))), "until nobody sends requests here any more"))
	}
	return block(
		"name", p.Name,
		"image", a.image(p),
		"args", a.arguments("/run/broker"),
		"envFrom", list(block("configMapRef", flow("name", a.Name))),
		"env", a.secretVariables(),
		"ports", ports,
		"livenessProbe", alive,
		"readinessProbe", ready,
		"lifecycle", lifecycle,
		"resources", block("requests", flow("cpu", "50m", "memory", "32Mi"), "limits", flow("memory", "128Mi")),
		"securityContext", block("allowPrivilegeEscalation", false, "readOnlyRootFilesystem", true, "capabilities", flow("drop", words("ALL"))),
		"volumeMounts", a.mounts(p),
	)
}

// arguments are added to those of the image; the credentials of the broker lie in folder.
func (a *Application) arguments(folder string) any {
	if a.Credentials == "" {
		return nil
	}
	return words("--define", "broker.credentials="+folder+"/"+credentialsFile)
}

func (a *Application) secretVariables() any {
	var all []any
	for _, name := range a.secrets() {
		all = append(all, block("name", name, "valueFrom", block("secretKeyRef", flow("name", a.Name, "key", name))))
	}
	if len(all) == 0 {
		return nil
	}
	return list(all...)
}

// mounts and volumes are the files of secrets.
func (a *Application) mounts(p Program) any {
	var all []any
	if len(p.secrets()) > 0 {
		all = append(all, flow("name", "secrets", "mountPath", "/run/secrets", "readOnly", true))
	}
	if a.Credentials != "" {
		all = append(all, flow("name", "broker", "mountPath", "/run/broker", "readOnly", true))
	}
	if len(all) == 0 {
		return nil
	}
	return list(all...)
}

func (a *Application) volumes(p Program) any {
	var all []any
	if names := p.secrets(); len(names) > 0 {
		var items []any
		for _, name := range names {
			items = append(items, flow("key", name, "path", name))
		}
		all = append(all, block("name", "secrets", "secret", block("secretName", a.Name, "items", list(items...))))
	}
	if a.Credentials != "" {
		all = append(all, block("name", "broker", "secret", flow("secretName", a.Credentials)))
	}
	if len(all) == 0 {
		return nil
	}
	return list(all...)
}

// shortDuration writes 30 s for 30s, and 1m30s as it is.
func shortDuration(d time.Duration) string {
	if d < 2*time.Minute && d%time.Second == 0 {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return d.String()
}
