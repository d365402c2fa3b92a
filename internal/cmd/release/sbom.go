package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// A list of parts in CycloneDX 1.6, as far as it is written here: https://cyclonedx.org/docs/1.6/json/.
type (
	bom struct {
		Format       string       `json:"bomFormat"`
		SpecVersion  string       `json:"specVersion"`
		SerialNumber string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     bomMetadata  `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	bomMetadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		PURL       string     `json:"purl,omitempty"`
		Hashes     []bomHash  `json:"hashes,omitempty"`
		Licenses   []license  `json:"licenses,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	bomHash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	license struct {
		License struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	}
)

// bill lists what a program is made of, as Go has written it into the program: so it has what was linked, and nothing else.
func bill(program []byte, version string, t target) ([]byte, error) {
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		return nil, fmt.Errorf("read build information of %s: %w", t, err)
	}
	sum := sha256.Sum256(program)
	self := component{Type: "application", Ref: "nixsink", Name: "nixsink", Version: version,
		Hashes:     []bomHash{{"SHA-256", fmt.Sprintf("%x", sum)}},
		Properties: []property{{"nixsink:os", t.os}, {"nixsink:arch", t.arch}}}
	var mit license
	mit.License.ID = "MIT"
	self.Licenses = []license{mit}
	b := bom{Format: "CycloneDX", SpecVersion: "1.6", Version: 1, Metadata: bomMetadata{self}}
	// A UUID of version 8 (RFC 9562): of the program's own bits, so that the same program has the same.
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	b.SerialNumber = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	top := dependency{Ref: "nixsink"}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		purl := "pkg:golang/" + escapedPath(m.Path) + "@" + url.PathEscape(m.Version)
		c := component{Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl}
		if m.Sum != "" {
			c.Properties = []property{{"nixsink:go.sum", m.Sum}}
		}
		b.Components = append(b.Components, c)
		top.DependsOn = append(top.DependsOn, purl)
	}
	std := "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")
	b.Components = append(b.Components, component{Type: "library", Ref: std, Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), PURL: std})
	top.DependsOn = append(top.DependsOn, std)
	b.Dependencies = []dependency{top}
	text, err := json.MarshalIndent(b, "", "  ")
	return append(text, '\n'), err
}

// escapedPath escapes the segments of a module's path.
func escapedPath(p string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}
