package org.jccl.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ResultCode;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a group: some of its members that meet for themselves, each part in a {@link
 * GroupRendezvous} of its own. A member of a part has a rank there; here it is known by its rank in
 * the whole group, too, so that its end ends the waiting in each of its parts.
 */
final class GroupParts {
  /** The number of the whole group. */
  static final long WHOLE = 0;

  /** Most parts at a time: more would be a mistake, and they are asked for from outside. */
  private static final int MOST = 1 << 16;

  /** One part. */
  private static final class Part {
    final GroupRendezvous rendezvous;

    /** By rank in the part: the rank in the whole group, or -1 while it has not come. */
    final int[] members;

    int gone;

    Part(GroupRendezvous rendezvous, int size) {
      this.rendezvous = rendezvous;
      this.members = new int[size];
      Arrays.fill(members, -1);
    }

    int rankOf(int member) {
      for (int rank = 0; rank < members.length; rank++) {
        if (members[rank] == member) {
          return rank;
        }
      }
      return -1;
    }
  }

  /**
   * A member's place in a part.
   *
   * @param rendezvous where the part meets
   * @param rank the member's rank in it
   */
  record Place(GroupRendezvous rendezvous, int rank) {}

  private final boolean realTime;
  private final Map<Long, Part> parts = new HashMap<>();

  /**
   * No part yet.
   *
   * @param realTime whether members may come from outside this JVM
   */
  GroupParts(boolean realTime) {
    this.realTime = realTime;
  }

  /** The number of a part, by its name: the same on all members. */
  static long id(String name) {
    if (name.isEmpty()) {
      return WHOLE;
    }
    long hash = 0xCBF2_9CE4_8422_2325L;
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ each) * 0x100_0000_01B3L; // FNV-1a
    }
    return hash == WHOLE ? 1 : hash;
  }

  /**
   * A member comes to a part. What does not fit what others have said breaks the part for all.
   *
   * @param member its rank in the whole group
   * @param rank its rank in the part
   * @param size the number of members of the part
   */
  GroupRendezvous enter(long id, int member, int rank, int size) {
    GroupRendezvous rendezvous;
    String wrong;
    synchronized (parts) {
      boolean isTooMany = parts.size() >= MOST && !parts.containsKey(id);
      Part part =
          isTooMany
              ? new Part(new GroupRendezvous(size, realTime), size)
              : parts.computeIfAbsent(
                  id, unknown -> new Part(new GroupRendezvous(size, realTime), size));
      wrong = isTooMany ? "a group has at most " + MOST + " parts" : objection(part, rank, size);
      if (wrong == null) {
        part.members[rank] = member;
      }
      rendezvous = part.rendezvous;
    }
    if (wrong != null) {
      rendezvous.failAll(ResultCode.INVALID_USAGE, wrong);
    }
    return rendezvous;
  }

  private static @Nullable String objection(Part part, int rank, int size) {
    if (part.members.length != size) {
      return "the ranks disagree on the size of a part of the group: "
          + part.members.length
          + ", "
          + size;
    }
    return part.members[rank] < 0
        ? null
        : "two members say they are rank " + rank + " of a part of the group";
  }

  /** Who is in a part, by rank: ranks of the whole group, -1 who has not come. */
  int[] members(long id) {
    synchronized (parts) {
      Part part = parts.get(id);
      return part == null ? new int[0] : part.members.clone();
    }
  }

  /** Where a member is in a part; null if it is not. */
  @Nullable Place place(long id, int member) {
    synchronized (parts) {
      Part part = parts.get(id);
      int rank = part == null ? -1 : part.rankOf(member);
      return part == null || rank < 0 ? null : new Place(part.rendezvous, rank);
    }
  }

  /** A member leaves one part. */
  void leave(long id, int member, String why) {
    Place place = place(id, member);
    if (place == null) {
      return;
    }
    place.rendezvous().leave(place.rank(), why);
    synchronized (parts) {
      Part part = parts.get(id);
      if (part != null && ++part.gone == part.members.length) {
        parts.remove(id);
      }
    }
  }

  /** A member has left the whole group. */
  void leaveAll(int member, String why) {
    for (Place place : places(member)) {
      place.rendezvous().leave(place.rank(), why);
    }
  }

  /** The process of a member has ended without leaving. */
  void loseAll(int member, String why) {
    for (Place place : places(member)) {
      place.rendezvous().lose(place.rank(), why);
    }
  }

  /** A member has failed, and says so. */
  void fallAll(int member, String why) {
    for (Place place : places(member)) {
      place.rendezvous().fall(place.rank(), why);
    }
  }

  private List<Place> places(int member) {
    List<Place> found = new ArrayList<>();
    synchronized (parts) {
      for (Part part : parts.values()) {
        int rank = part.rankOf(member);
        if (rank >= 0) {
          found.add(new Place(part.rendezvous, rank));
        }
      }
    }
    return found;
  }

  /** All parts end. */
  void failAll(ResultCode code, String text) {
    List<GroupRendezvous> all;
    synchronized (parts) {
      all = parts.values().stream().map(part -> part.rendezvous).toList();
      parts.clear();
    }
    all.forEach(each -> each.failAll(code, text));
  }
}
