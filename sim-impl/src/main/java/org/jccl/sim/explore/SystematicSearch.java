package org.jccl.sim.explore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every stream of choices, one after the other, or every one with few delays. */
final class SystematicSearch implements Search {
  private final Deque<FollowGuide> open = new ArrayDeque<>();
  private final int mostDelays;
  private final WorldKinds worlds;
  private long runs;

  /**
   * @param worlds the kinds of worlds
   * @param mostDelays how many candidates all decisions together may pass over; {@link
   *     Integer#MAX_VALUE} for any number
   */
  SystematicSearch(int mostDelays, WorldKinds worlds) {
    this.mostDelays = mostDelays;
    this.worlds = worlds;
    (isAll() ? worlds.all() : worlds.first()).forEach(this::begin);
  }

  /** Whether nothing is left away: it is what other searches are compared with. */
  private boolean isAll() {
    return mostDelays == Integer.MAX_VALUE;
  }

  private void begin(int[] world) {
    open.addLast(new FollowGuide(ChoiceStream.of(world), world.length));
  }

  @Override
  public @Nullable Guide next() {
    return open.poll();
  }

  @Override
  public void done(Guide guide, Course course) {
    runs++;
    if (!isAll()) {
      worlds.besides(course.world(), course.dependsOn()).forEach(this::begin);
    }
    List<Integer> taken = course.taken();
    int[] choices = taken.stream().mapToInt(Integer::intValue).toArray();
    ChoiceStream ran = course.stream();
    int delays = 0;
    int given = ((FollowGuide) guide).given();
    int own = course.worldDecisions();
    for (int point = own; point < choices.length; point++) {
      if (point >= given) {
        for (int other = course.options().get(point) - 1; other > 0; other--) {
          if (delays + other <= mostDelays) {
            open.push(new FollowGuide(ran.first(point).with(point, other), point + 1));
          }
        }
      }
      delays += choices[point];
    }
  }

  @Override
  public boolean isComplete() {
    return open.isEmpty();
  }

  @Override
  public long schedules() {
    return runs;
  }

  @Override
  public String coverage() {
    return isAll()
        ? Counted.schedules(runs) + ", without reduction"
        : Counted.schedules(runs) + " of those with at most " + mostDelays + " delays";
  }
}
