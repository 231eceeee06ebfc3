package org.jccl.benchmarks.profile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.DataType;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;
import org.jccl.ops.Operation;
import org.jccl.sim.cost.CalibratedModel.Correction;
import org.jccl.sim.cost.CalibratedModel.Key;
import org.jccl.sim.cost.SizeFactors;
import org.jccl.sim.cost.SizeFactors.Point;
import org.jccl.sim.machine.GpuProfile;

/** Profiles of machines as files. */
class ProfileFuzzProperties {
  private static Profile profile() {
    Origin origin = new Origin("2026-11-22T16:00:00Z", List.of("GPU"), "2.28.9", "queued", "x");
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
                new Correction(1.5, 0.9, 1.25)),
            bySize);
    return new Profile("mine", GpuProfile.h200().named("mine"), 22809, origin, List.of(two));
  }

  @Provide
  Arbitrary<String> profiles() {
    return Mutations.texts(ProfileFile.write(profile()));
  }

  @Property
  void profiles_areReadOrNamedByLine(@ForAll("profiles") String text) throws IOException {
    Path file = Reading.file(text.getBytes(StandardCharsets.UTF_8));
    try {
      Reading.endsWell(() -> ProfileFile.read(file), BadFileException.class);
    } finally {
      Files.delete(file);
    }
  }
}
