"""Operations that do not suit the type of a series: rates of gauges, raw counters."""
