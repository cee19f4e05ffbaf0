/**
 * Stops a robot of Gazebo whose commands stop coming. DiffDrive holds its last command for ever; this
 * system, in the same model, then gives it a zero. It runs inside Gazebo, so it works where the bridge,
 * the agents or all of ROS died.
 *
 * In the model's SDF: <topic>, DiffDrive's; <timeout>, s.
 *
 * The time is the machine's steady clock, as in all watchdogs of this package: whether a sender lives
 * does not depend on how fast the world runs. A robot of a slow or paused world stops too; it goes on
 * with the next command.
 */
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#ifdef IGNITION_FORTRESS
#include <ignition/common/Console.hh>
#include <ignition/gazebo/System.hh>
#include <ignition/msgs/twist.pb.h>
#include <ignition/plugin/Register.hh>
#include <ignition/transport/Node.hh>
namespace sim = ignition::gazebo;
namespace msgs = ignition::msgs;
namespace transport = ignition::transport;
#define gzerr ignerr
#define gzwarn ignwarn
#define GZ_ADD_PLUGIN IGNITION_ADD_PLUGIN
#else
#include <gz/common/Console.hh>
#include <gz/msgs/twist.pb.h>
#include <gz/plugin/Register.hh>
#include <gz/sim/System.hh>
#include <gz/transport/Node.hh>
namespace sim = gz::sim;
namespace msgs = gz::msgs;
namespace transport = gz::transport;
#endif

namespace alternating_marl
{
using Clock = std::chrono::steady_clock;

class CommandTimeout : public sim::System,
                       public sim::ISystemConfigure,
                       public sim::ISystemPreUpdate
{
public:
  void Configure(const sim::Entity &, const std::shared_ptr<const sdf::Element> &_sdf,
                 sim::EntityComponentManager &, sim::EventManager &) override
  {
    this->topic = _sdf->Get<std::string>("topic", "").first;
    this->timeout = std::chrono::duration<double>(_sdf->Get<double>("timeout", 0.2).first);
    if (!this->node.Subscribe(this->topic, &CommandTimeout::OnCommand, this)) {
      gzerr << "The command timeout cannot hear [" << this->topic << "]: robots would drive on when "
            << "commands end. Give it DiffDrive's <topic>." << std::endl;
      return;
    }
    this->stop = this->node.Advertise<msgs::Twist>(this->topic);
  }

  /// Gazebo calls it in every step, and while the world is paused too.
  void PreUpdate(const sim::UpdateInfo &, sim::EntityComponentManager &) override
  {
    if (!this->isDriving || Clock::now().time_since_epoch() - this->heard.load() < this->timeout) {
      this->isStopping = false;
      return;
    }
    // Again in each step, until it is heard.
    this->stop.Publish(msgs::Twist());
    if (!this->isStopping)
      gzwarn << "No command on [" << this->topic << "]: the robot is stopped." << std::endl;
    this->isStopping = true;
  }

private:
  /// It hears its own zero too, and with it that DiffDrive was told.
  void OnCommand(const msgs::Twist &_command)
  {
    this->heard = Clock::now().time_since_epoch();
    this->isDriving = _command.linear().x() != 0 || _command.angular().z() != 0;
  }

  std::string topic;
  std::chrono::duration<double> timeout;
  std::atomic<Clock::duration> heard{Clock::duration::zero()};
  std::atomic<bool> isDriving{false};
  bool isStopping = false;
  transport::Node::Publisher stop;
  // Last: it is destroyed first, and nothing is heard any more.
  transport::Node node;
};
}  // namespace alternating_marl

GZ_ADD_PLUGIN(alternating_marl::CommandTimeout, sim::System, sim::ISystemConfigure,
              sim::ISystemPreUpdate)
