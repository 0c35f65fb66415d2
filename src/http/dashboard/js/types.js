// The shapes that the server sends, for the type checker. Holds no code.

/**
 * @typedef {object} Caller
 * @property {string | null} number Masked for viewers.
 * @property {string | null} name
 */

/**
 * @typedef {object} Customer
 * @property {string | null} [id]
 * @property {string} name
 * @property {string | null} phone
 * @property {string | null} email
 * @property {string | null} [last_visit]
 */

/**
 * @typedef {object} Slot
 * @property {string} start
 * @property {string} end
 * @property {string} date
 * @property {string} time `HH:MM` in `time_zone`.
 * @property {string} time_zone
 * @property {string} service_id
 * @property {boolean} spoken
 */

/** @typedef {Slot & {until: string}} HeldSlot */

/**
 * A booking as a call's state has it.
 * @typedef {object} CallBooking
 * @property {string} id
 * @property {string} status `pending`, `confirmed` or `cancelled`.
 * @property {string} outcome `confirmed`, `pending`, `unknown` or `failed`.
 * @property {string | null} service_id
 * @property {string} start
 * @property {string} end
 * @property {string} booking_date
 * @property {string} booking_time
 * @property {string} time_zone
 * @property {string | null} customer_name
 * @property {string | null} confirmation
 */

/**
 * A booking as the list of bookings has it.
 * @typedef {CallBooking & {customer_phone: string | null, call_id: string | null, source: string, created_at: string}} Booking
 */

/**
 * @typedef {object} ToolInFlight
 * @property {string} tool_call_id
 * @property {string} name
 * @property {string} started_at
 */

/**
 * @typedef {object} Line
 * @property {string} at
 * @property {string} speaker
 * @property {string} text
 * @property {boolean} final
 */

/** @typedef {{at: string, code: string, message: string}} Warning */

/**
 * One call, as the feed folds it.
 * @typedef {object} CallState
 * @property {string} call_id
 * @property {string} org
 * @property {string} status
 * @property {string} direction
 * @property {Caller} caller
 * @property {Customer | null} customer
 * @property {string} started_at
 * @property {string} today
 * @property {Slot[]} offered_slots
 * @property {HeldSlot | null} held_slot
 * @property {CallBooking[]} bookings
 * @property {number} attempts
 * @property {ToolInFlight[]} tools_in_flight
 * @property {Line[]} transcript_tail
 * @property {Warning[]} warnings
 * @property {string[]} watchers
 * @property {string | null} controller
 * @property {{department: string | null, number: string, summary: string, stage: string, requested_at: string} | null} [transfer]
 */

/**
 * What happened; which fields there are depends on `type`.
 * @typedef {{type: string} & Record<string, any>} CallEvent
 */

/** @typedef {{type: 'snapshot', org: string, epoch: string, seq: number, calls: CallState[]}} SnapshotFrame */
/** @typedef {{type: 'event', seq: number, org: string, call_id: string, call_seq: number, at: string, event: CallEvent, state: Partial<CallState>}} EventFrame */
/** @typedef {{type: 'lagged', org: string | null, missed: number}} LaggedFrame */
/** @typedef {{type: 'pong', now: string}} PongFrame */
/** @typedef {{type: 'notice', org: string, at: string, code: string, message: string, warning: boolean, connection_id: string | null, booking_id: string | null}} NoticeFrame */
/** @typedef {SnapshotFrame | EventFrame | LaggedFrame | PongFrame | NoticeFrame} Frame */

/**
 * A call that is over, as the list of calls has it.
 * @typedef {object} CallRecord
 * @property {string} call_id
 * @property {string} org
 * @property {string} direction
 * @property {Caller} caller
 * @property {string} started_at
 * @property {string | null} ended_at
 * @property {string | null} ended_reason
 * @property {{cost: number | null, duration_seconds: number | null, summary: string | null, success_evaluation: string | null} | null} report
 * @property {CallState} [state]
 */

/** @typedef {{seq: number, at: string, event: CallEvent}} StoredEvent */

/** @typedef {{role: string, org: string | null, name: string, now: string}} SignedIn */

/**
 * @typedef {object} Org
 * @property {string} id
 * @property {string} name
 * @property {string} timezone
 * @property {Map<string, string>} services Names by id.
 */

export {};
