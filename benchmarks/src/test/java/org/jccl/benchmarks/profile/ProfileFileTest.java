package org.jccl.benchmarks.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jccl.sim.algo.GpuProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProfileFileTest {
  @TempDir private Path folder;

  private static List<Profile> profiles() {
    return GpuProfile.names().map(Profile::builtIn).toList();
  }

  private static Profile measured() {
    Origin origin =
        new Origin(
            "2026-11-22T16:00:00Z", List.of("A \"GPU\"", "another"), "2.28.9", "queued", "jccl x");
    return new Profile("mine", GpuProfile.h200().named("mine"), origin);
  }

  private Path file(String text) throws Exception {
    return Files.writeString(folder.resolve("profile.json"), text);
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void whatIsWritten_isRead(Profile profile) throws Exception {
    assertThat(ProfileFile.read(file(ProfileFile.write(profile)))).isEqualTo(profile);
  }

  @Test
  void whatIsWritten_isRead_withItsOrigin() throws Exception {
    assertThat(ProfileFile.read(file(ProfileFile.write(measured())))).isEqualTo(measured());
  }

  private void refuses(String text, String... words) throws Exception {
    Path file = file(text);
    assertThatThrownBy(() -> ProfileFile.read(file))
        .isInstanceOf(BadProfileException.class)
        .message()
        .hasLineCount(1)
        .contains(file.toString())
        .contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "compute_capability" : 90 | "x" : 90                      | line 4 | 'machine.compute_capability' is missing
          "compute_capability" : 90 | "compute_capability" : 5      | line 5 | 'machine.compute_capability' is 5
          "compute_capability" : 90 | "compute_capability" : "90"   | line 5 | is '90', expected a whole number
          "compute_capability" : 90 | "compute_capability" : 90, "speed" : 1 | line 5 | 'machine.speed' is unknown
          "compute_capability" : 90 | "compute_capability" : 90.5   | line 5 | is 90.5, expected a whole number
          "nv_link_gigabytes" : 20.6 | "nv_link_gigabytes" : -1     | line 8 | 'machine.nv_link_gigabytes' is -1.0
          "nv_link_gigabytes" : 20.6 | "nv_link_gigabytes" : null   | line 8 | is null, expected a number
          "nv_links" : 18           | "nv_links" : 0, "nv_links" : 18 | line 7 | Duplicate field
          "cards_per_host" : 8      | "cards_per_host" : 9          | line 10 | 'machine.cards_per_host' is 9
          "cpu" : "INTEL"           | "cpu" : "VIA"                 | line 13 | 'machine.cpu' is 'VIA', expected INTEL, AMD or OTHER
          "multicast" : false       | "multicast" : 0               | line 14 | 'machine.multicast' is 0, expected true or false
          "format" : 1              | "format" : 2                  | line 2 | this jccl reads format 1
          "name" : "mine"           | "name" : " "                  | line 3 | 'name' is empty
          "devices" :               | "device" :                    | line 16 | 'measured.devices' is missing
          "devices" :               | "devices" : 3, "x" :          | line 18 | 'measured.devices' is 3, expected a list
          "another"                 | 7                             | line 18 | 'measured.devices[1]' is 7, expected a text
          """)
  void aSenselessField_isNamedWithItsLine(String good, String bad, String line, String words)
      throws Exception {
    String text = ProfileFile.write(measured());
    assertThat(text).contains(good);
    refuses(text.replaceFirst(java.util.regex.Pattern.quote(good), bad), line, words);
  }

  @Test
  void whatIsNoProfile_isRefused() throws Exception {
    refuses("", "is empty");
    refuses("[1]", "is a list, expected an object");
    refuses("{} {}", "more than one JSON value");
    refuses("{\n\"format\": x", "line 2", "not JSON");
    String whole = ProfileFile.write(measured());
    refuses(whole.substring(0, whole.length() / 2), "not JSON");
    assertThatThrownBy(() -> ProfileFile.read(folder.resolve("absent")))
        .hasMessageContaining("cannot be read");
  }
}
