package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// What an image layout is made of, as far as it is written here: https://github.com/opencontainers/image-spec.
type (
	descriptor struct {
		MediaType   string            `json:"mediaType"`
		Digest      string            `json:"digest"`
		Size        int               `json:"size"`
		Platform    *platform         `json:"platform,omitempty"`
		Annotations map[string]string `json:"annotations,omitempty"`
	}
	platform struct {
		Architecture string `json:"architecture"`
		OS           string `json:"os"`
	}
	manifest struct {
		SchemaVersion int          `json:"schemaVersion"`
		MediaType     string       `json:"mediaType"`
		Config        descriptor   `json:"config"`
		Layers        []descriptor `json:"layers"`
	}
	index struct {
		SchemaVersion int          `json:"schemaVersion"`
		MediaType     string       `json:"mediaType"`
		Manifests     []descriptor `json:"manifests"`
	}
	imageConfig struct {
		Created string `json:"created"`
		platform
		Config struct {
			Entrypoint []string          `json:"Entrypoint"`
			Env        []string          `json:"Env"`
			WorkingDir string            `json:"WorkingDir"`
			Labels     map[string]string `json:"Labels"`
		} `json:"config"`
		RootFS struct {
			Type    string   `json:"type"`
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
)

// A platformImage is the program that an image holds for one platform.
type platformImage struct {
	target  target
	program []byte
}

// image gives an OCI image layout as a tar file, one image for all platforms: from scratch, with the program and a folder to mount a tree at.
// `skopeo copy oci-archive:FILE docker://…` publishes it.
func (r *release) image(images []platformImage) ([]byte, error) {
	var blobs []file
	add := func(mediaType string, data []byte) descriptor {
		digest := fmt.Sprintf("%x", sha256.Sum256(data))
		blobs = append(blobs, file{"blobs/sha256/" + digest, 0o644, data})
		return descriptor{MediaType: mediaType, Digest: "sha256:" + digest, Size: len(data)}
	}
	addJSON := func(mediaType string, v any) (descriptor, error) {
		data, err := json.Marshal(v)
		return add(mediaType, data), err
	}
	all := index{SchemaVersion: 2, MediaType: "application/vnd.oci.image.index.v1+json"}
	for _, i := range images {
		layer, err := tarOf([]file{{"nixsink", 0o755, i.program}, {"src/.keep", 0o644, nil}}, r.date)
		if err != nil {
			return nil, err
		}
		packed, err := compressed(layer, r.level)
		if err != nil {
			return nil, err
		}
		c := imageConfig{Created: r.date.Format(time.RFC3339), platform: platform{i.target.arch, i.target.os}}
		c.Config.Entrypoint = []string{"/nixsink"}
		c.Config.Env = []string{"PATH=/"}
		c.Config.WorkingDir = "/src"
		c.Config.Labels = map[string]string{"org.opencontainers.image.title": "nixsink", "org.opencontainers.image.version": r.version,
			"org.opencontainers.image.licenses": "MIT", "org.opencontainers.image.description": summary}
		if r.revision != "" {
			c.Config.Labels["org.opencontainers.image.revision"] = r.revision
		}
		c.RootFS.Type, c.RootFS.DiffIDs = "layers", []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer))}
		config, err := addJSON("application/vnd.oci.image.config.v1+json", c)
		if err != nil {
			return nil, err
		}
		m, err := addJSON("application/vnd.oci.image.manifest.v1+json", manifest{2, "application/vnd.oci.image.manifest.v1+json", config,
			[]descriptor{add("application/vnd.oci.image.layer.v1.tar+gzip", packed)}})
		if err != nil {
			return nil, err
		}
		m.Platform = &c.platform
		all.Manifests = append(all.Manifests, m)
	}
	d, err := addJSON(all.MediaType, all)
	if err != nil {
		return nil, err
	}
	d.Annotations = map[string]string{"org.opencontainers.image.ref.name": r.version}
	top, err := json.Marshal(index{2, all.MediaType, []descriptor{d}})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(blobs, byName)
	return tarOf(append([]file{{"oci-layout", 0o644, []byte(`{"imageLayoutVersion":"1.0.0"}`)}, {"index.json", 0o644, top}}, blobs...), r.date)
}
