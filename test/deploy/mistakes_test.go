package deploy_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// A mistake is a change of one file that somebody could make, and what is said of it.
type mistake struct {
	file     string
	old, new string
	want     string
}

var mistakes = map[string]mistake{
	"misspelt key":               {"k8s/trips.yaml", "replicas:", "replica:", `unknown field "replica"`},
	"wrong type":                 {"k8s/trips.yaml", "replicas: 2", "replicas: two", "cannot unmarshal string"},
	"old version of a kind":      {"k8s/trips.yaml", "apps/v1", "extensions/v1beta1", "want one of the kinds"},
	"selector":                   {"k8s/trips.yaml", "matchLabels: {app: trips}", "matchLabels: {app: trip}", "its selector does not fit"},
	"empty selector":             {"k8s/trips.yaml", "matchLabels: {app: trips}", "matchLabels: {}", "its selector does not fit"},
	"grace period":               {"k8s/trips.yaml", "terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 30", "has to be more than 35"},
	"grace period with preStop":  {"k8s/gateway.yaml", "terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 40", "has to be more than 40"},
	"root":                       {"k8s/trips.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "may run as root"},
	"writable":                   {"k8s/trips.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write to its image"},
	"privileges":                 {"k8s/nats.yaml", "allowPrivilegeEscalation: false", "privileged: false", "may gain privileges"},
	"resources":                  {"k8s/trips.yaml", "limits: {memory: 128Mi}", "limits: {cpu: 1}", "a limit of memory"},
	"token":                      {"k8s/trips.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: true", "token of the API server"},
	"service links":              {"k8s/trips.yaml", "enableServiceLinks: false", "enableServiceLinks: true", "REDIS_PORT"},
	"wait loop":                  {"k8s/trips.yaml", "      containers:", "      initContainers: [{name: wait, image: busybox}]\n      containers:", "waits for others"},
	"command":                    {"k8s/trips.yaml", "envFrom:", "command: [sh, -c, until nc -z nats 4222; do sleep 1; done]\n          envFrom:", "runs a command in place"},
	"probe without HTTP":         {"k8s/trips.yaml", "envFrom:", "livenessProbe: {httpGet: {path: /healthz, port: 8000}}\n          envFrom:", "asks port 8000, which"},
	"probe of a wrong port":      {"k8s/gateway.yaml", "httpGet: {path: /readyz, port: http}", "httpGet: {path: /readyz, port: https}", "asks port https, which"},
	"probe of a wrong path":      {"k8s/gateway.yaml", "path: /readyz", "path: /ready", "is asked for /readyz: false"},
	"no probe":                   {"k8s/gateway.yaml", "{name: http, containerPort", "{name: https, containerPort", "asks port http, which"},
	"service to nowhere":         {"k8s/gateway.yaml", "selector: {app: gateway}", "selector: {app: web}", "selects 0 workloads"},
	"service to a wrong port":    {"k8s/gateway.yaml", "targetPort: http", "targetPort: https", "leads to port https, which"},
	"service to the same number": {"k8s/gateway.yaml", ", targetPort: http", "", "leads to port 80, which"},
	"service of a StatefulSet":   {"k8s/nats.yaml", "serviceName: nats", "serviceName: broker", "there is no Service broker"},
	"volume":                     {"k8s/nats.yaml", "{name: data, mountPath", "{name: store, mountPath", "there is no volume store"},
	"config map":                 {"k8s/trips.yaml", "configMapRef: {name: travel}", "configMapRef: {name: travels}", `there is no ConfigMap "travels"`},
	"unset variable":             {"config.yml", "${REDIS_HOST:127.0.0.1}", "${REDIS_SERVER}", "REDIS_SERVER is not set"},
	"misspelt variable":          {"k8s/config.yaml", "REDIS_HOST", "REDIS_HOTS", "REDIS_HOTS is set, but"},
	"no broker":                  {"k8s/config.yaml", "NATS_URL: nats://nats:4222", "REDIS_DB: '0'", "NATS_URL is not set"},
	"broker that is not there":   {"k8s/config.yaml", "nats://nats:4222", "nats://broker:4222", "where nobody answers"},
	"broker at a wrong port":     {"k8s/config.yaml", "nats://nats:4222", "nats://nats:4223", "where nobody answers"},
	"redis that is not there":    {"compose.yml", "REDIS_HOST: redis", "REDIS_HOST: cache", "compose: airports: REDIS_HOST is cache"},
	"image":                      {"k8s/trips.yaml", "travel-trips:0.1.0", "travel-trips:0.2.0", "Kubernetes runs the images"},
	"compose key":                {"compose.yml", "restart:", "restarts:", "restarts"},
	"compose type":               {"compose.yml", "interval: 10s", "interval: soon", "interval"},
	"compose volume":             {"compose.yml", "volumes:\n  nats:\n", "volumes:\n  broker:\n", "nats"},
	"depends_on":                 {"compose.yml", "    image: travel-trips", "    depends_on: [nats]\n    image: travel-trips", "trips waits for others"},
	"compose command":            {"compose.yml", "    image: travel-trips", "    command: [wait]\n    image: travel-trips", "trips runs a command"},
	"compose grace":              {"compose.yml", "stop_grace_period: 40s", "stop_grace_period: 10s", "has to be more than 35 s"},
	"compose writable":           {"compose.yml", "read_only: true", "read_only: false", "may write to its image"},
	"compose build":              {"compose.yml", "examples/travel/deploy/Dockerfile", "Dockerfile", "is not built by"},
	"compose context":            {"compose.yml", "context: ../../..", "context: ../..", "is not built by"},
	"compose healthcheck":        {"compose.yml", "test: [CMD, redis-cli, ping]", "disable: true", "redis wants a healthcheck"},
	"compose latest":             {"compose.yml", "redis:8-alpine", "redis:latest", "want a version"},
	"Dockerfile instruction":     {"Dockerfile", "WORKDIR", "WORKFOLDER", "unknown instruction"},
	"Dockerfile user":            {"Dockerfile", "USER 65532:65532", "USER root", "is not root"},
	"Dockerfile without a user":  {"Dockerfile", "USER 65532:65532\n", "", "is not root"},
	"Dockerfile user zero":       {"Dockerfile", "USER 65532:65532", "USER 0", "is not root"},
	"Dockerfile one stage":       {"Dockerfile", "FROM gcr.io/distroless/static-debian12:nonroot\nCOPY --from=build", "COPY", "holds the compiler"},
	"Dockerfile base":            {"Dockerfile", "golang:1.26", "golang", "want a version"},
	"Dockerfile shell form":      {"Dockerfile", `ENTRYPOINT ["/service", "--config", "/config.yml"]`, "ENTRYPOINT /service --config /config.yml", "want an ENTRYPOINT in JSON"},
	"Dockerfile program":         {"Dockerfile", "/service /service", "/service /program", "nothing copies /service"},
	"Dockerfile shell":           {"Dockerfile", "USER", "RUN adduser service\nUSER", "without a shell"},
	"Dockerfile download":        {"Dockerfile", "COPY . .", "ADD . .", "want COPY"},
}

// Each check is worth what it finds.
func TestMistakesAreFound(t *testing.T) {
	t.Parallel()
	for name, m := range mistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := read("travel", m.in(t, folder("travel")))
			said := []string{}
			if err != nil {
				said = append(said, err.Error())
			} else {
				said = a.check()
			}
			if !strings.Contains(strings.Join(said, "\n"), m.want) {
				t.Errorf("%s in place of %s: have %q, want %q", m.new, m.old, said, m.want)
			}
		})
	}
}

// in returns the files with the mistake in them.
func (m mistake) in(t *testing.T, files fs.FS) fs.FS {
	t.Helper()
	changed := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if path == m.file || path == "deploy/"+m.file {
			if !strings.Contains(string(text), m.old) {
				t.Fatalf("%s has no %q", path, m.old)
			}
			text = []byte(strings.ReplaceAll(string(text), m.old, m.new))
		}
		changed[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}
