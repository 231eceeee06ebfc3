package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.jccl.Backends.Choice;
import org.jccl.Backends.Considered;
import org.jccl.testing.FakeBackend;
import org.junit.jupiter.api.Test;

class BackendsTest {
  private static final BackendConfig NONE = BackendConfig.defaults();

  private final BackendProvider nccl = provider("nccl", 100, false, "no GPU driver");
  private final BackendProvider sim = provider("sim", 10, true, "4 simulated devices");

  @Test
  void withoutAName_theAvailableOneWithTheHighestPreferenceIsTaken() {
    Choice choice = catalog(List.of(sim, nccl), Map.of(), Map.of()).choose(null, NONE);

    assertThat(choice.name()).isEqualTo("sim");
    assertThat(choice.sentence())
        .isEqualTo("jccl: backend sim: 4 simulated devices (nccl: no GPU driver)");
    assertThat(choice.considered()).extracting(Considered::name).containsExactly("nccl", "sim");
    assertThat(choice.open().name()).isEqualTo("fake");

    BackendProvider works = provider("nccl", 100, true, "NCCL 2.28.9");
    assertThat(catalog(List.of(sim, works), Map.of(), Map.of()).choose(null, NONE).sentence())
        .isEqualTo("jccl: backend nccl: NCCL 2.28.9 (sim: 4 simulated devices)");
  }

  @Test
  void nameBeatsProperty_propertyBeatsEnvironment_blankCountsAsUnset() {
    BackendProvider works = provider("nccl", 100, true, "NCCL 2.28.9");
    List<BackendProvider> both = List.of(works, sim);
    Map<String, String> property = Map.of(Backends.PROPERTY, "sim");
    Map<String, String> variable = Map.of(Backends.VARIABLE, "sim");

    Choice byName = catalog(both, property, variable).choose("nccl", NONE);
    assertThat(byName.sentence()).isEqualTo("jccl: backend nccl: asked for by name: NCCL 2.28.9");
    Choice byProperty =
        catalog(both, property, Map.of(Backends.VARIABLE, "nccl")).choose(null, NONE);
    assertThat(byProperty.sentence())
        .startsWith("jccl: backend sim: asked for by system property jccl.backend");
    Choice byVariable = catalog(both, Map.of(Backends.PROPERTY, " "), variable).choose(null, NONE);
    assertThat(byVariable.sentence())
        .startsWith("jccl: backend sim: asked for by environment variable JCCL_BACKEND");
  }

  @Test
  void unknownName_isRefused_listingTheKnown() {
    assertThatThrownBy(() -> catalog(List.of(sim, nccl), Map.of(), Map.of()).choose("nnn", NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no backend is called 'nnn' (asked for by name)")
        .hasMessageContaining("[nccl, sim]");
  }

  @Test
  void namedButUnavailable_isAnError_neverASwitch() {
    assertThatThrownBy(() -> catalog(List.of(sim, nccl), Map.of(), Map.of()).choose("nccl", NONE))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("backend nccl (asked for by name) cannot be used here: no GPU driver")
        .hasMessageContaining("tried: nccl here")
        .hasMessageContaining("tried: nccl there");
  }

  @Test
  void noneAvailable_listsAllReasons_andNoneAtAllSaysSo() {
    BackendProvider broken =
        new StubProvider("sim", 10, null) {
          @Override
          public Availability availability(BackendConfig config) {
            throw new UnsatisfiedLinkError("it breaks its promise");
          }
        };

    assertThatThrownBy(() -> catalog(List.of(nccl, broken), Map.of(), Map.of()).choose(null, NONE))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("nccl: no GPU driver")
        .hasMessageContaining("sim: looking at it failed")
        .hasMessageContaining("it breaks its promise");
    assertThatThrownBy(() -> catalog(List.of(), Map.of(), Map.of()).choose(null, NONE))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("none was found");
  }

  @Test
  void theConfiguration_reachesTheProvider() {
    BackendConfig config = BackendConfig.builder().libraryPath("lib").devices(8).seed(42).build();
    BackendProvider picky =
        new StubProvider("sim", 1, null) {
          @Override
          public Availability availability(BackendConfig given) {
            return new Availability(given == config, "only for " + config, List.of());
          }
        };

    assertThat(catalog(List.of(picky), Map.of(), Map.of()).choose(null, config).config())
        .isSameAs(config);
  }

  @Test
  void reasonsOfSeveralLines_becomeOne() {
    BackendProvider wordy = provider("nccl", 100, false, "no driver\n  and no library\n");

    assertThat(catalog(List.of(wordy, sim), Map.of(), Map.of()).choose(null, NONE).sentence())
        .doesNotContain("\n")
        .contains("(nccl: no driver; and no library)");
  }

  @Test
  void withoutProvidersOnThePath_theFrontDoorSaysSo() {
    assertThat(Backends.considered(NONE)).isEmpty();
    assertThatThrownBy(Backends::load).isInstanceOf(BackendUnavailableException.class);
    assertThatThrownBy(() -> Backends.load("sim")).isInstanceOf(IllegalArgumentException.class);
  }

  private static BackendCatalog catalog(
      List<BackendProvider> providers,
      Map<String, String> properties,
      Map<String, String> environment) {
    return new BackendCatalog(providers, List.of(), properties::get, environment::get);
  }

  private static BackendProvider provider(
      String name, int preference, boolean available, String reason) {
    List<String> tried = List.of(name + " here", name + " there");
    return new StubProvider(
        name, preference, new BackendProvider.Availability(available, reason, tried));
  }

  private static class StubProvider implements BackendProvider {
    private final String name;
    private final int preference;
    private final Availability availability;

    StubProvider(String name, int preference, Availability availability) {
      this.name = name;
      this.preference = preference;
      this.availability = availability;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int preference() {
      return preference;
    }

    @Override
    public Availability availability(BackendConfig config) {
      return availability;
    }

    @Override
    public Backend open(BackendConfig config) {
      return new FakeBackend(1);
    }
  }
}
