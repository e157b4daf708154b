package deploy_test

import (
	"fmt"
	"slices"
	"strconv"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// checkServices checks that each Service leads to a port of exactly one workload.
func (a *application) checkServices() (wrong []string) {
	for _, s := range a.services() {
		var behind []workload
		for _, w := range a.workloads() {
			if len(s.Spec.Selector) > 0 && labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(w.pod.Labels)) {
				behind = append(behind, w)
			}
		}
		if len(behind) != 1 {
			wrong = append(wrong, fmt.Sprintf("Service %s: selects %d workloads, want 1", s.Name, len(behind)))
			continue
		}
		for _, p := range s.Spec.Ports {
			if target := targetOf(p); !behind[0].declares(target) {
				wrong = append(wrong, fmt.Sprintf("Service %s: leads to port %s, which no container of %s declares", s.Name, &target, behind[0].name))
			}
		}
	}
	return wrong
}

// targetOf is where a port leads; to the same number, where nothing is said.
func targetOf(p core.ServicePort) intstr.IntOrString {
	if p.TargetPort == (intstr.IntOrString{}) {
		return intstr.FromInt32(p.Port)
	}
	return p.TargetPort
}

func (w workload) declares(port intstr.IntOrString) bool {
	return slices.ContainsFunc(w.pod.Spec.Containers, func(c core.Container) bool { return declares(c, port) })
}

// answers reports whether a Service answers at a place; "" is any port.
func (a *application) answers(host, port string) bool {
	return slices.ContainsFunc(a.services(), func(s *core.Service) bool {
		return s.Name == host && slices.ContainsFunc(s.Spec.Ports, func(p core.ServicePort) bool {
			return port == "" || strconv.Itoa(int(p.Port)) == port
		})
	})
}
