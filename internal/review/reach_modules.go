package review

import (
	"slices"

	"nixsink/graph"
	"nixsink/internal/check"
)

// A moduleDoor is what a module of nixpkgs lets in when its openFirewall asks for it, and nobody says another port.
type moduleDoor struct {
	option   string // that says another port; "" if there is none
	tcp, udp []int
}

// moduleDoors are by the name below services, or power, as of 2026 (nixos/modules/services of nixpkgs).
var moduleDoors = map[string]moduleDoor{
	"audiobookshelf":     {"services.audiobookshelf.port", []int{8000}, nil},
	"bazarr":             {"services.bazarr.listenPort", []int{6767}, nil},
	"home-assistant":     {"services.home-assistant.config.http.server_port", []int{8123}, nil},
	"homepage-dashboard": {"services.homepage-dashboard.listenPort", []int{8082}, nil},
	"immich":             {"services.immich.port", []int{2283}, nil},
	"jellyfin":           {"", []int{8096, 8920}, []int{1900, 7359}},
	"jellyseerr":         {"services.jellyseerr.port", []int{5055}, nil},
	"lidarr":             {"services.lidarr.settings.server.port", []int{8686}, nil},
	"n8n":                {"services.n8n.environment.N8N_PORT", []int{5678}, nil},
	"navidrome":          {"services.navidrome.settings.Port", []int{4533}, nil},
	"octoprint":          {"services.octoprint.port", []int{5000}, nil},
	"ollama":             {"services.ollama.port", []int{11434}, nil},
	"open-webui":         {"services.open-webui.port", []int{8080}, nil},
	"overseerr":          {"services.overseerr.port", []int{5055}, nil},
	"plex":               {"", []int{3005, 8324, 32400, 32469}, []int{1900, 5353, 32410, 32412, 32413, 32414}},
	"prowlarr":           {"services.prowlarr.settings.server.port", []int{9696}, nil},
	"radarr":             {"services.radarr.settings.server.port", []int{7878}, nil},
	"readarr":            {"services.readarr.settings.server.port", []int{8787}, nil},
	"samba":              {"", []int{139, 445}, []int{137, 138}},
	"samba-wsdd":         {"", []int{5357}, []int{3702}},
	"sonarr":             {"services.sonarr.settings.server.port", []int{8989}, nil},
	"sunshine":           {"services.sunshine.settings.port", []int{47984, 47989, 47990, 48010}, []int{47998, 47999, 48000, 48002, 48010}},
	"tailscale":          {"services.tailscale.port", nil, []int{41641}},
	"ups":                {"", []int{3493}, nil},
	"tautulli":           {"services.tautulli.port", []int{8181}, nil},
	"unifi":              {"", []int{6789, 8080, 8843, 8880}, []int{3478, 10001}},
	"xrdp":               {"services.xrdp.port", []int{3389}, nil},
}

// itsPorts are the doors of one of which the number is not known: those of its module, if nobody says another port on the machine.
func (r *reacher) itsPorts(h *graph.Configuration, d Door) []Door {
	if d.Number != 0 || !d.open() || d.Tunnel != "" || d.Protocol != "" || len(d.Services) != 1 {
		return []Door{d}
	}
	m, ok := moduleDoors[d.Services[0]]
	said := slices.ContainsFunc(r.by[m.option], func(o *graph.Definition) bool { return r.on(h, o.In, o.At) != check.Never })
	if !ok || said {
		return []Door{d}
	}
	var out []Door
	add := func(protocol string, numbers []int) {
		for _, n := range numbers {
			one := d
			one.Number, one.Protocol = n, protocol
			out = append(out, one)
		}
	}
	add("tcp", m.tcp)
	add("udp", m.udp)
	return out
}
