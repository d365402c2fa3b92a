# The gate and the report as derivations. Without nixpkgs' flake: import ./nix/check.nix { inherit lib; nixsinkFor = pkgs: pkgs.nixsink; }.
{ lib, nixsinkFor }:
let
  # Where each format of `nixsink check` goes, named as the services that read it look for it.
  fileOf = {
    badge = "badge.svg";
    badge-json = "badge.json";
    checkstyle = "checkstyle.xml";
    github = "github.txt";
    gitlab = "gl-code-quality.json";
    json = "check.json";
    junit = "junit.xml";
    markdown = "check.md";
    octocov = "octocov.json";
    sarif = "check.sarif";
    text = "check.txt";
  };

  # The report of a tree: check.txt, check.sarif, … as formats says; status, the exit status of the gate; report.md, report.json;
  # values.svg, explorer.html; pages/. It builds whatever the gate says.
  mkReport =
    {
      pkgs,
      # The tree: a path, or a flake's self.
      src,
      name ? "nixsink",
      package ? nixsinkFor pkgs,
      # The configuration file; null takes the .nixsink.toml of the tree.
      config ? null,
      # Findings that fail nothing, written by `nixsink baseline`.
      baseline ? null,
      # What `nixsink check` writes, beside text.
      formats ? [
        "sarif"
        "junit"
        "markdown"
      ],
      # The folder of the tree to analyse.
      dir ? ".",
      # Links to source lines, as in --link; null leaves them as they are.
      link ? null,
      # More flags of `nixsink check`, such as --ratchet.
      extraArgs ? [ ],
    }:
    let
      tree = lib.optionals (config != null) [
        "--config"
        "${config}"
      ]
      ++ lib.optionals (link != null) [
        "--link"
        link
      ];
      check =
        tree
        ++ lib.optionals (baseline != null) [
          "--baseline"
          "${baseline}"
        ]
        ++ extraArgs;
      outputs = lib.concatMapStringsSep " " (
        format:
        "--format ${format}=$out/${
          fileOf.${format}
            or (throw "nixsink: ${format} is not a format of nixsink check: ${lib.concatStringsSep ", " (lib.attrNames fileOf)}")
        }"
      ) (lib.unique ([ "text" ] ++ formats));
    in
    pkgs.runCommand "${name}-report" { nativeBuildInputs = [ package ]; } ''
      mkdir $out
      export HOME=$TMPDIR
      cd ${lib.escapeShellArg "${src}/${dir}"}

      status=0
      nixsink check . ${lib.escapeShellArgs check} ${outputs} 2> $out/messages.txt || status=$?
      echo $status > $out/status

      # What cannot be drawn is said, and fails nothing: whether the tree is well is the gate's to say.
      part() {
        "$@" 2>> $out/messages.txt || echo "nixsink $2: no output" >> $out/messages.txt
      }
      part nixsink report . ${lib.escapeShellArgs tree} --format markdown=$out/report.md --format json=$out/report.json
      part nixsink graph . ${lib.escapeShellArgs tree} --view sinks --format svg=$out/values.svg --format html=$out/explorer.html
      part nixsink docs . ${lib.escapeShellArgs tree} --summary -o $out/pages
      cat $out/messages.txt >&2
    '';

  # A derivation that builds if the gate passes, and is then the report. The report of one that does not pass: .report.
  mkCheck =
    args@{
      pkgs,
      name ? "nixsink",
      ...
    }:
    let
      report = mkReport args;
    in
    pkgs.runCommand "${name}-check"
      {
        passthru = { inherit report; };
      }
      ''
        read -r status < ${report}/status
        if [ "$status" -ne 0 ]; then
          cat ${report}/check.txt ${report}/messages.txt
          echo "The report is in ${report}"
          exit "$status"
        fi
        ln -s ${report} $out
      '';
in
{
  inherit mkCheck mkReport;
}
