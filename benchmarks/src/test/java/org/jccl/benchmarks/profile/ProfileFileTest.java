package org.jccl.benchmarks.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jccl.DataType;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.cost.CalibratedModel.Correction;
import org.jccl.sim.cost.CalibratedModel.Key;
import org.jccl.sim.cost.SizeFactors;
import org.jccl.sim.cost.SizeFactors.Point;
import org.jccl.sim.machine.GpuProfile;
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
    Correction plain = new Correction(1.5, 0.9, 1.25);
    Correction bySize =
        new Correction(
            0, 1, 1e-3, new SizeFactors(List.of(new Point(16, 1.25), new Point(64, 0.5))));
    Calibration two =
        new Calibration(
            2,
            DataType.BFLOAT16,
            Map.of(
                new Key(Operation.ALL_REDUCE, Algorithm.RING, Protocol.LL128),
                bySize,
                new Key(Operation.SEND, null, null),
                plain),
            plain);
    Calibration four = new Calibration(4, DataType.FLOAT32, Map.of(), bySize);
    return new Profile("mine", GpuProfile.h200().named("mine"), 22809, origin, List.of(two, four));
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
        .isInstanceOf(BadFileException.class)
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
          "compute_capability" : 90 | "x" : 90                      | 'machine.compute_capability' is missing
          "compute_capability" : 90 | "compute_capability" : 5      | 'machine.compute_capability' is 5
          "compute_capability" : 90 | "compute_capability" : "90"   | is '90', expected a whole number
          "compute_capability" : 90 | "compute_capability" : 90, "speed" : 1 | 'machine.speed' is unknown
          "compute_capability" : 90 | "compute_capability" : 90.5   | is 90.5, expected a whole number
          "nv_link_gigabytes" : 20.6 | "nv_link_gigabytes" : -1     | 'machine.nv_link_gigabytes' is -1.0
          "nv_link_gigabytes" : 20.6 | "nv_link_gigabytes" : null   | is null, expected a number
          "nv_links" : 18           | "nv_links" : 0, "nv_links" : 18 | Duplicate field
          "cards_per_host" : 8      | "cards_per_host" : 9          | 'machine.cards_per_host' is 9
          "cpu" : "INTEL"           | "cpu" : "VIA"                 | 'machine.cpu' is 'VIA', expected INTEL, AMD or OTHER
          "multicast" : false       | "multicast" : 0               | 'machine.multicast' is 0, expected true or false
          "nccl" : 22809            | "nccl" : 1                    | 'nccl' is 1, expected 22703 to
          "ranks" : 2               | "ranks" : 1                   | 'calibrations[0].ranks' is 1
          "type" : "bfloat16"       | "type" : "foat"               | 'calibrations[0].type' is 'foat'
          "latency" : 0.9           | "latency" : -0.9              | 'calibrations[0].otherwise.latency' is -0.9
          "algorithm" : "Ring"      | "algorithm" : "Rong"          | 'calibrations[0].corrections[0].algorithm' is 'Rong': expected one of Tree, Ring
          "protocol" : "LL128",     | ''                            | 'calibrations[0].corrections[0].protocol' is missing
          "bytes" : 64              | "bytes" : 16                  | 'calibrations[0].corrections[0].factors[1].bytes' is 16, expected more than
          "format" : 1              | "format" : 2                  | this jccl reads format 1
          "name" : "mine"           | "name" : " "                  | 'name' is empty
          "devices" :               | "device" :                    | 'measured.devices' is missing
          "devices" :               | "devices" : 3, "x" :          | 'measured.devices' is 3, expected a list
          "another"                 | 7                             | 'measured.devices[1]' is 7, expected a text
          """)
  void aSenselessField_isNamedWithItsLine(String good, String bad, String words) throws Exception {
    String text = ProfileFile.write(measured());
    assertThat(text).contains(good);
    long line = text.substring(0, text.indexOf(good)).lines().count();
    // What is missing has no line: that of its object is named.
    String where = words.contains("missing") ? "line " : "line " + line;
    refuses(text.replaceFirst(Pattern.quote(good), bad), where, words);
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
