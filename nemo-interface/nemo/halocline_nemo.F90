MODULE halocline_nemo
   !! NEMO and workers: fields go out and come back at a time step, as the experiment file says.
   !!
   !! For the folder MY_SRC of a configuration of NEMO 4.2, without key_oasis3. Which fields there are, on how many levels,
   !! how often and to whom, is written in the experiment file: another field needs one call where it is used, and no change
   !! here. The file names NEMO's grid `nemo`, with nx = Ni0glo and ny = Nj0glo, and this component `ocean`.
   !!
   !!    worker_begin    instead of the start of MPI     worker_end         before the end of MPI
   !!    send_to_worker  own cells of a field            receive_from_worker
   !!
   !! An error ends the job with the message of Halocline.
   USE par_kind, ONLY: wp
   USE par_oce, ONLY: Ni0glo, Nj0glo
   USE dom_oce, ONLY: Nis0, Nie0, Njs0, Nje0, mig0, mjg0, rn_Dt
   USE in_out_manager, ONLY: nit000
   USE halocline, ONLY: halocline_abort, halocline_define_box, halocline_end_definition, halocline_finalize, &
      halocline_init, halocline_local_communicator, halocline_receive, halocline_send
   IMPLICIT NONE
   PRIVATE

   PUBLIC :: worker_begin, worker_end, send_to_worker, receive_from_worker

   INTERFACE send_to_worker
      MODULE PROCEDURE send_plane, send_levels
   END INTERFACE send_to_worker

   INTERFACE receive_from_worker
      MODULE PROCEDURE receive_plane, receive_levels
   END INTERFACE receive_from_worker

   LOGICAL, SAVE :: is_defined = .FALSE.

CONTAINS

   SUBROUTINE worker_begin(localcomm)
      !! Join the job as `ocean`; MPI is started where it is not running. Call mpp_start(localcomm) after it.
      INTEGER, INTENT(out) :: localcomm
      CALL halocline_init('ocean')
      CALL halocline_local_communicator(localcomm)
   END SUBROUTINE worker_begin

   SUBROUTINE worker_end()
      !! Leave the job; MPI is ended where worker_begin has started it.
      CALL halocline_finalize()
   END SUBROUTINE worker_end

   SUBROUTINE send_plane(field, array, kt)
      !! Send a field of one level at time step kt: an array on the whole local domain, of which the own cells go out.
      CHARACTER(len=*), INTENT(in) :: field
      REAL(wp), INTENT(in) :: array(:, :)
      INTEGER, INTENT(in) :: kt
      CALL define_once()
      CALL halocline_send(field, array(Nis0:Nie0, Njs0:Nje0), seconds(kt))
   END SUBROUTINE send_plane

   SUBROUTINE send_levels(field, array, kt)
      !! Send a field with levels at time step kt; as send_plane. A section such as uu(:,:,1:10,Kbb) sends fewer levels.
      CHARACTER(len=*), INTENT(in) :: field
      REAL(wp), INTENT(in) :: array(:, :, :)
      INTEGER, INTENT(in) :: kt
      CALL define_once()
      CALL halocline_send(field, array(Nis0:Nie0, Njs0:Nje0, :), seconds(kt))
   END SUBROUTINE send_levels

   SUBROUTINE receive_plane(field, array, kt, received)
      !! Receive a field of one level at time step kt into the own cells of an array on the whole local domain; call lbc_lnk
      !! afterwards where the halo is used. Where nothing is due the array stays as it is and received is false.
      CHARACTER(len=*), INTENT(in) :: field
      REAL(wp), INTENT(inout) :: array(:, :)
      INTEGER, INTENT(in) :: kt
      LOGICAL, INTENT(out), OPTIONAL :: received
      CALL define_once()
      CALL halocline_receive(field, array(Nis0:Nie0, Njs0:Nje0), seconds(kt), received)
   END SUBROUTINE receive_plane

   SUBROUTINE receive_levels(field, array, kt, received)
      !! Receive a field with levels at time step kt; as receive_plane.
      CHARACTER(len=*), INTENT(in) :: field
      REAL(wp), INTENT(inout) :: array(:, :, :)
      INTEGER, INTENT(in) :: kt
      LOGICAL, INTENT(out), OPTIONAL :: received
      CALL define_once()
      CALL halocline_receive(field, array(Nis0:Nie0, Njs0:Nje0, :), seconds(kt), received)
   END SUBROUTINE receive_levels

   SUBROUTINE define_once()
      !! With the first field: the domain is known by then, and all ranks of all components come here.
      IF (is_defined) RETURN
      IF (mig0(Nis0) < 1 .OR. mig0(Nie0) > Ni0glo .OR. mjg0(Njs0) < 1 .OR. mjg0(Nje0) > Nj0glo) &
         CALL halocline_abort('halocline_nemo: a field is exchanged before the domain is known: call it after dom_init')
      CALL halocline_define_box('nemo', mig0(Nis0), mjg0(Njs0), Nie0 - Nis0 + 1, Nje0 - Njs0 + 1)
      CALL halocline_end_definition()
      is_defined = .TRUE.
   END SUBROUTINE define_once

   FUNCTION seconds(kt)
      !! Date of a time step [s], 0 at the first of this run.
      INTEGER, INTENT(in) :: kt
      INTEGER :: seconds
      seconds = (kt - nit000)*NINT(rn_Dt)
   END FUNCTION seconds

END MODULE halocline_nemo
