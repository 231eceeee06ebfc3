package org.jccl.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.CommunicatorConfig;
import org.jccl.config.ConfigField;
import org.jccl.config.TuningChoice;
import org.jspecify.annotations.Nullable;

/**
 * What tuning has chosen for one communicator, and the configuration that goes to the library with
 * it.
 */
final class TunedConfig {
  private final CommunicatorBase owner;
  private final int version;
  private @Nullable TuningChoice choice;

  TunedConfig(CommunicatorBase owner, int version) {
    this.owner = owner;
    this.version = version;
  }

  /** What was chosen for a child whose size only the library knows. */
  void chosen(TuningChoice inherited) {
    choice = inherited;
  }

  TuningChoice choice() {
    TuningChoice known = choice;
    if (known == null) {
      known =
          owner.knowsItsPlace()
              ? owner.config().tuning().choose(owner.device().name(), owner.worldSize(), version)
              : TuningChoice.none("it is still opening");
      choice = owner.knowsItsPlace() ? known : null;
    }
    return known;
  }

  /** The configuration as it goes to the library: what is chosen, where the user says nothing. */
  CommunicatorConfig of(CommunicatorConfig given) {
    int ctas = given.tuning().isOn() ? choice().ctas() : 0;
    return ctas == 0 || CallForecasts.setsThreadBlocks(given)
        ? given
        : given.toBuilder().set(ConfigField.MIN_CTAS, ctas).set(ConfigField.MAX_CTAS, ctas).build();
  }

  /** The same in the library's own words, or null for none. */
  MemorySegment struct(@Nullable CommunicatorConfig given, Arena arena) {
    return given == null ? MemorySegment.NULL : ConfigStruct.write(of(given), version, arena);
  }
}
