package config_test

import (
	"fmt"
	"time"

	"github.com/enoki-go/enoki/config"
)

func Example() {
	c, err := config.Load(
		config.Text("config.yml", `
broker:
  url: nats://${NATS_HOST:localhost}:${NATS_PORT:4222}
  reconnect_wait: 5s
`),
		config.Environ(func(string) (string, bool) { return "", false }),
		config.Define("broker.max_bytes=65536"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	section := struct {
		URL           string
		ReconnectWait time.Duration
		MaxBytes      int
		Timeout       time.Duration
	}{Timeout: time.Second} // the defaults
	if err := c.Section("broker", &section); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+v\n", section)
	// Output: {URL:nats://localhost:4222 ReconnectWait:5s MaxBytes:65536 Timeout:1s}
}

func ExampleConfig_Section_mistakes() {
	c, err := config.Load(config.Text("config.yml", "web:\n  addresss: :8000\n  timeout: 30\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	var web struct {
		Address string
		Timeout time.Duration
	}
	fmt.Println(c.Section("web", &web))
	// Output:
	// config.yml:2:3: web: have key "addresss", want one of address, timeout; did you mean "address"?
	// config.yml:3:12: web.timeout: have 30, want a duration with its unit such as "30s" or "1h30m"
}

func ExampleConfig_Unused() {
	c, err := config.Load(config.Text("config.yml", "brokr: {}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	var broker struct{ URL string }
	if err := c.Section("broker", &broker); err != nil {
		fmt.Println(err)
		return
	}
	for _, u := range c.Unused() {
		fmt.Printf("%s: section %s is not used, did you mean %s?\n", u.At, u.Key, u.Nearest)
	}
	// Output: config.yml:1:1: section brokr is not used, did you mean broker?
}

func ExampleConfig_YAML() {
	c, err := config.Load(config.Text("config.yml", "db: {url: 'postgres://app:hunter2@db/shop', api_key: abc, pool: 4}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := c.YAML()
	fmt.Print(string(out), err)
	// Output:
	// db:
	//     url: postgres://app:xxxxx@db/shop
	//     api_key: '[redacted]'
	//     pool: 4
	// <nil>
}

func ExampleRedact() {
	fmt.Println(config.Redact("connect to broker nats://app:hunter2@bus:4222: refused"))
	// Output: connect to broker nats://app:xxxxx@bus:4222: refused
}
