package deploy_test

import (
	"fmt"
	"slices"
	"strconv"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// leaving is how many seconds a process may take to end: running calls 30 s, then closing
// 5 s.
const leaving = 30 + 5

// checkWorkloads checks what runs pods.
func (a *application) checkWorkloads() (wrong []string) {
	for _, w := range a.workloads() {
		if !selects(w.selector, w.pod.Labels) {
			wrong = append(wrong, w.name+": its selector does not fit the labels of its pods")
		}
		if w.service != "" && !slices.ContainsFunc(a.services(), func(s *core.Service) bool { return s.Name == w.service }) {
			wrong = append(wrong, w.name+": there is no Service "+w.service)
		}
		wrong = append(wrong, w.checkPod()...)
		wrong = append(wrong, a.checkVolumes(w)...)
		for _, c := range w.pod.Spec.Containers {
			wrong = append(wrong, w.checkContainer(c)...)
			if a.ours(c.Image) {
				wrong = append(wrong, a.checkOurs(w, c)...)
			}
		}
	}
	return wrong
}

func selects(selector *meta.LabelSelector, of map[string]string) bool {
	s, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && !s.Empty() && s.Matches(labels.Set(of))
}

// checkPod checks what holds for every pod.
func (w workload) checkPod() (wrong []string) {
	spec := w.pod.Spec
	for what, broken := range map[string]bool{
		"waits for others in init containers":                                 len(spec.InitContainers) > 0,
		"may run as root":                                                     !yes(spec.SecurityContext, func(s core.PodSecurityContext) *bool { return s.RunAsNonRoot }),
		"is given a token of the API server":                                  spec.AutomountServiceAccountToken == nil || *spec.AutomountServiceAccountToken,
		"finds variables such as REDIS_PORT of Services (enableServiceLinks)": spec.EnableServiceLinks == nil || *spec.EnableServiceLinks,
	} {
		if broken {
			wrong = append(wrong, w.name+": its pod "+what)
		}
	}
	return wrong
}

// checkVolumes checks that there is what a pod mounts.
func (a *application) checkVolumes(w workload) (wrong []string) {
	for _, v := range w.pod.Spec.Volumes {
		var kind, name string
		switch {
		case v.Secret != nil:
			kind, name = "Secret", v.Secret.SecretName
		case v.ConfigMap != nil:
			kind, name = "ConfigMap", v.ConfigMap.Name
		default:
			continue
		}
		if a.values(kind, name) == nil {
			wrong = append(wrong, fmt.Sprintf("%s: there is no %s %q", w.name, kind, name))
		}
	}
	return wrong
}

// yes reports whether something that may be absent says true.
func yes[T any](of *T, get func(T) *bool) bool {
	if of == nil {
		return false
	}
	b := get(*of)
	return b != nil && *b
}

// checkContainer checks what holds for every container.
func (w workload) checkContainer(c core.Container) (wrong []string) {
	who := w.name + "/" + c.Name
	for what, p := range map[string]*core.Probe{"liveness": c.LivenessProbe, "readiness": c.ReadinessProbe, "startup": c.StartupProbe} {
		if port := portOf(p); port != nil && !declares(c, *port) {
			wrong = append(wrong, fmt.Sprintf("%s: the %s probe asks port %s, which the container does not declare", who, what, port))
		}
	}
	for _, m := range c.VolumeMounts {
		if !w.holds(m.Name) {
			wrong = append(wrong, who+": there is no volume "+m.Name)
		}
	}
	if c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() || c.Resources.Limits.Memory().IsZero() {
		wrong = append(wrong, who+": want requests of cpu and memory, and a limit of memory")
	}
	if !yes(c.SecurityContext, func(s core.SecurityContext) *bool { return not(s.AllowPrivilegeEscalation) }) {
		wrong = append(wrong, who+": may gain privileges")
	}
	return wrong
}

func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	inverse := !*b
	return &inverse
}

func portOf(p *core.Probe) *intstr.IntOrString {
	switch {
	case p == nil:
		return nil
	case p.HTTPGet != nil:
		return &p.HTTPGet.Port
	case p.TCPSocket != nil:
		return &p.TCPSocket.Port
	default:
		return nil
	}
}

func declares(c core.Container, port intstr.IntOrString) bool {
	return slices.ContainsFunc(c.Ports, func(p core.ContainerPort) bool {
		return port.Type == intstr.String && p.Name == port.StrVal || strconv.Itoa(int(p.ContainerPort)) == port.String()
	})
}

func (w workload) holds(volume string) bool {
	return slices.ContainsFunc(w.pod.Spec.Volumes, func(v core.Volume) bool { return v.Name == volume }) ||
		slices.ContainsFunc(w.claims, func(c core.PersistentVolumeClaim) bool { return c.Name == volume })
}

// checkOurs checks a container that runs a service of the application.
func (a *application) checkOurs(w workload, c core.Container) (wrong []string) {
	if len(c.Command) > 0 {
		wrong = append(wrong, w.name+": runs a command in place of the service")
	}
	if !yes(c.SecurityContext, func(s core.SecurityContext) *bool { return s.ReadOnlyRootFilesystem }) {
		wrong = append(wrong, w.name+": may write to its image")
	}
	need := int64(leaving)
	if c.Lifecycle != nil && c.Lifecycle.PreStop != nil && c.Lifecycle.PreStop.Sleep != nil {
		need += c.Lifecycle.PreStop.Sleep.Seconds
	}
	if grace := w.pod.Spec.TerminationGracePeriodSeconds; grace == nil || *grace <= need {
		wrong = append(wrong, fmt.Sprintf("%s: terminationGracePeriodSeconds has to be more than %d", w.name, need))
	}
	env, missing := a.environment(c)
	return slices.Concat(wrong, checkProbes(w.name, c), missing, a.checkEnvironment(w.name, env, a.answers))
}

// checkProbes checks that who has HTTP is asked, and nobody else.
func checkProbes(who string, c core.Container) (wrong []string) {
	serves := declares(c, intstr.FromString("http"))
	for path, p := range map[string]*core.Probe{"/healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		asked := p != nil && p.HTTPGet != nil && p.HTTPGet.Path == path
		if asked != serves {
			wrong = append(wrong, fmt.Sprintf("%s: has a port http: %v, is asked for %s: %v", who, serves, path, asked))
		}
	}
	return wrong
}
