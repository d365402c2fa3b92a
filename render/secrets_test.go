package render

import (
	"bytes"
	"strings"
	"testing"

	"nixsink/graph"
	"nixsink/internal/check"
)

func TestSecrets(t *testing.T) {
	g := analysed(t, `-- default.nix --
{ config, pkgs, ... }: {
  sops.defaultSopsFile = ./secrets.yaml;
  sops.secrets.token = { owner = "app"; mode = "0440"; };
  sops.secrets.idle = { };
  systemd.services.app.serviceConfig.LoadCredential = "token:${config.sops.secrets.token.path}";
  environment.etc."app.conf".text = builtins.readFile config.sops.secrets.token.path;
}
`)
	s := NewSecrets(g, check.Config{})
	var text, page, data bytes.Buffer
	if err := s.Text(&text, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Markdown(&page, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := s.JSON(&data); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 secrets: 2 by sops-nix", "token  app 0440", "systemd.services.app.serviceConfig.LoadCredential (credential of app", "contents, perhaps into the store: environment.etc.\"app.conf\".text", "idle", "nobody is seen to use it"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, &text)
		}
	}
	for _, want := range []string{"| `token` | sops-nix |", "**perhaps in the store:**"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, &page)
		}
	}
	if !strings.Contains(data.String(), `"around": [`) {
		t.Error(data.String())
	}
	empty := NewSecrets(&graph.Graph{}, check.Config{})
	text.Reset()
	if err := empty.Text(&text, Options{}); err != nil || !strings.Contains(text.String(), "No tool brings") {
		t.Errorf("%v %s", err, &text)
	}
}
