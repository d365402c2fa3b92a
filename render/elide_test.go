package render

import "testing"

func TestElideNames(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		heads int
		want  string
	}{
		{"my.ports.ssh", 20, 1, "my.ports.ssh"},
		{"my.secrets.files.cloudflaredTunnelCredentials", 44, 1, "my…files.cloudflaredTunnelCredentials"},
		{"services.traefik.dynamic.http.routers.photos.rule", 40, 2, "services.traefik…routers.photos.rule"},
		{"plugins.treesitter.enable", 24, 1, "…treesitter.enable"},
		{"lsp.servers.vscode_language_server.*", 26, 1, "…vscode_language_server.*"},
		{"home-manager.users.anna.xdg.configFile.\"waybar/style.css\".text", 38, 2, "…configFile.\"waybar/style.css\".text"},
		{"00-core/legacy/automation/service-app-open-webui", 40, 1, "00-core/…service-app-open-webui"},
		{"aNameThatIsTooLongByItselfWithoutAnyPartsInIt", 20, 1, "aNameTha…nyPartsInIt"},
	} {
		if got := elideNames(c.in, c.limit, c.heads); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}
