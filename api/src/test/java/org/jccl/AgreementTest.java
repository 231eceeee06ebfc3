package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class AgreementTest {
  @Test
  void alikeRanksWithDevicesOfTheirOwn_mayGoOn() {
    assertThat(Agreement.refusal(List.of(able("nccl", 22809, "A"), able("nccl", 22809, "B"))))
        .isEmpty();
    assertThat(Agreement.refusal(List.of(able("sim", 22809, "A")))).isEmpty();
  }

  @Test
  void oneRankWithout_stopsAll_andEveryRankIsListed() {
    String text =
        refusal(
            able("nccl", 22809, "A"),
            new Offer.Unable("no library found\ntried: libnccl.so.2\ntried: libnccl.so"),
            able("nccl", 22809, "B"));

    assertThat(text)
        .startsWith(
            "the ranks cannot open a communicator together: "
                + "rank 1 cannot open a communicator at all")
        .contains("\n  rank 0/3: nccl 2.28.9, found at A, device A")
        .contains("\n  rank 1/3: cannot: no library found\n    tried: libnccl.so.2")
        .contains("\n  rank 2/3: nccl 2.28.9, found at B, device B");
  }

  @Test
  void differentBackends_areRefused() {
    assertThat(refusal(able("nccl", 22809, "A"), able("sim", 22809, "B"), able("sim", 22809, "C")))
        .contains("different backends: nccl on rank 0, sim on ranks [1, 2]");
  }

  @Test
  void differentVersions_areRefused_VER04() {
    assertThat(refusal(able("nccl", 22809, "A"), able("nccl", 22307, "B")))
        .contains("different NCCL versions (VER-04): 2.28.9 on rank 0, 2.23.7 on rank 1");
  }

  @Test
  void sharedDevices_areRefused_INIT07() {
    assertThat(refusal(able("nccl", 1, "A"), able("nccl", 1, "B"), able("nccl", 1, "A")))
        .contains("ranks [0, 2] share one device (INIT-07), give each its own: A");
  }

  @Test
  void warmUpOnSomeRanksOnly_isRefused_sinceItWouldHang() {
    Offer cold = new Offer.Able(new Capability("nccl", 22809, "x", "B"), false);

    assertThat(refusal(able("nccl", 22809, "A"), cold))
        .contains("warm-up is not the same on all ranks: on on rank 0, off on rank 1");
  }

  @Test
  void versions_readAsReleases_VER01() {
    assertThat(Agreement.versionText(22809)).isEqualTo("2.28.9");
    assertThat(Agreement.versionText(22000)).isEqualTo("2.20.0");
    assertThat(Agreement.versionText(2708)).isEqualTo("2.7.8");
  }

  @Property(edgeCases = EdgeCasesMode.NONE, tries = 500)
  void everyOffer_survivesItsBytes(@ForAll("offers") Offer offer) {
    assertThat(Offer.of(offer.toBytes())).isEqualTo(offer);
  }

  @Property(edgeCases = EdgeCasesMode.NONE, tries = 500)
  void anyBytes_areAnOffer_andNeverAFailure(@ForAll byte[] bytes) {
    assertThat(Offer.of(bytes)).isNotNull();
  }

  @Property(edgeCases = EdgeCasesMode.NONE, tries = 500)
  void truncatedOffers_areUnable(@ForAll("offers") Offer offer) {
    byte[] bytes = offer.toBytes();

    assertThat(Offer.of(Arrays.copyOf(bytes, bytes.length - 1))).isInstanceOf(Offer.Unable.class);
    assertThat(Offer.of(Arrays.copyOf(bytes, bytes.length + 1))).isInstanceOf(Offer.Unable.class);
  }

  @Test
  void longTexts_areCut_notInsideACharacter() {
    Offer.Unable cut = (Offer.Unable) Offer.of(new Offer.Unable("ä€".repeat(9000)).toBytes());

    assertThat(cut.reason()).startsWith("ä€ä€").doesNotContain("\uFFFD");
    assertThat(cut.reason().length()).isLessThan(Offer.MAX_TEXT);
  }

  @Provide
  Arbitrary<Offer> offers() {
    Arbitrary<String> text = Arbitraries.strings().alpha().ofMaxLength(20);
    Arbitrary<Offer> unable = text.map(Offer.Unable::new);
    Arbitrary<Offer> able =
        Combinators.combine(text, Arbitraries.integers(), text, text, Arbitraries.of(true, false))
            .as(
                (backend, version, library, device, warmUp) ->
                    new Offer.Able(new Capability(backend, version, library, device), warmUp));
    return Arbitraries.oneOf(unable, able);
  }

  private static Offer able(String backend, int version, String device) {
    return new Offer.Able(new Capability(backend, version, "found at " + device, device), true);
  }

  private static String refusal(Offer... offers) {
    return Agreement.refusal(List.of(offers)).orElseThrow();
  }
}
