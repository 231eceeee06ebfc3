package org.jccl.conformance.misuse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** All rows of chapter 11, in order. */
public final class MisuseCases {
  private static final List<MisuseCase> ALL = collected();

  private MisuseCases() {}

  private static List<MisuseCase> collected() {
    List<MisuseCase> all = new ArrayList<>();
    all.addAll(CollectiveMisuses.rows());
    all.addAll(FamilyMisuses.rows());
    all.addAll(ReductionMisuses.rows());
    all.addAll(OneSidedMisuses.rows());
    all.addAll(BufferMisuses.rows());
    all.addAll(LifecycleMisuses.rows());
    all.addAll(GroupMisuses.rows());
    all.addAll(PointToPointMisuses.rows());
    all.addAll(WorkMisuses.rows());
    all.addAll(ConfigMisuses.rows());
    all.sort(Comparator.comparing(MisuseCase::id));
    return Collections.unmodifiableList(all);
  }

  /** All rows, SIM-01 first. */
  public static List<MisuseCase> all() {
    return ALL;
  }

  /**
   * One row, or one of the {@link OpenPoints}.
   *
   * @throws IllegalArgumentException if there is none with that id
   */
  public static MisuseCase byId(String id) {
    return Stream.concat(ALL.stream(), OpenPoints.rows().stream())
        .filter(row -> row.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no misuse is called '"
                        + id
                        + "': they go from "
                        + ALL.getFirst().id()
                        + " to "
                        + ALL.getLast().id()));
  }
}
