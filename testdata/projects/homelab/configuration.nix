# The whole machine. Layers only ever read downwards: 90 -> 20 -> 10 -> 00.
{ ... }:
{
  imports = [
    ./00-core
    ./10-infrastructure
    ./20-services

    ./90-policy/assertions.nix
    ./90-policy/updates.nix
    ./90-policy/licences.nix
    # ./90-policy/hardening.nix  # TODO-2026-04: kernel lockdown breaks the DVB card, retry with 6.18
  ];

  system.stateVersion = "25.11";
}
